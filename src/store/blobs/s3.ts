import type { S3Client } from '@aws-sdk/client-s3';
import type { BlobStore } from '../blobs.ts';
import { demandBlobKey, isBlobKey } from './key.ts';

/**
 * Blobs as objects in a bucket of S3 or of what speaks like it (MinIO, Ceph, R2). Its client is an optional package:
 * large, and of no use to whoever keeps media on disk.
 */
export interface S3Settings {
  bucket: string;
  /** In front of each key, such as `pidge/`; may be empty. */
  prefix: string;
  /** `null`: Amazon's, of the region. */
  endpoint: string | null;
  region: string;
  /** `null`: what the machine has (instance role, shared file), as the client finds it. */
  credentials: { accessKey: string; secretKey: string } | null;
}

const CONNECT_MS = 5_000;
/** Until the answer begins; 5 MB have to pass. */
const REQUEST_MS = 30_000;

/** Throws a plain sentence when the package is not installed. Asks nothing of the bucket yet. */
export async function openS3Blobs(settings: S3Settings, load = () => import('@aws-sdk/client-s3')): Promise<BlobStore> {
  const sdk = await load().catch((cause: unknown) => {
    throw new Error(
      'media.store is "s3", which needs the package @aws-sdk/client-s3. Install it: npm install @aws-sdk/client-s3',
      { cause },
    );
  });
  const { endpoint, region, credentials } = settings;
  const client = new sdk.S3Client({
    region,
    // Many that are not Amazon's have no names of hosts for buckets, and no checksums beyond what S3 began with.
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...(credentials && {
      credentials: { accessKeyId: credentials.accessKey, secretAccessKey: credentials.secretKey },
    }),
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: REQUEST_MS },
  });
  return new S3Blobs(sdk, client, settings);
}

class S3Blobs implements BlobStore {
  readonly #sdk: typeof import('@aws-sdk/client-s3');
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  constructor(sdk: typeof import('@aws-sdk/client-s3'), client: S3Client, { bucket, prefix }: S3Settings) {
    this.#sdk = sdk;
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    // What a browser would make of it is decided by who serves it, never by the bucket.
    const ContentType = 'application/octet-stream';
    await this.#client.send(new this.#sdk.PutObjectCommand({ ...this.#place(key), Body: bytes, ContentType }));
  }

  async read(key: string): Promise<Uint8Array | null> {
    try {
      const { Body } = await this.#client.send(new this.#sdk.GetObjectCommand(this.#place(key)));
      return Body ? await Body.transformToByteArray() : new Uint8Array();
    } catch (error) {
      if (error instanceof this.#sdk.NoSuchKey) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.#client.send(new this.#sdk.DeleteObjectCommand(this.#place(key)));
  }

  async *keys(): AsyncIterable<string> {
    const pages = this.#sdk.paginateListObjectsV2(
      { client: this.#client },
      { Bucket: this.#bucket, Prefix: this.#prefix },
    );
    for await (const { Contents = [] } of pages) {
      for (const { Key = '' } of Contents) {
        const key = Key.slice(this.#prefix.length);
        if (isBlobKey(key)) yield key;
      }
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #place(key: string): { Bucket: string; Key: string } {
    demandBlobKey(key);
    return { Bucket: this.#bucket, Key: `${this.#prefix}${key}` };
  }
}
