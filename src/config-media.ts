/** The settings of media: who may see them, and where their bytes are kept. */
import { join } from 'node:path';
import type { BlobSettings } from './store/blobs/open.ts';

const both = (value: string | null) => ({ dev: value, serve: value });

/** Rows of the table of settings. */
export const MEDIA_KEYS = [
  {
    path: 'media.access',
    type: { kind: 'enum', values: ['open', 'basic'] },
    default: { dev: 'open', serve: 'basic' },
    about: 'whether the file of a medium needs the credentials of its account',
  },
  {
    path: 'media.store',
    type: { kind: 'enum', values: ['disk', 's3'] },
    default: both('disk'),
    about: 'where media are kept; "s3" needs the package @aws-sdk/client-s3',
  },
  {
    path: 'media.path',
    type: { kind: 'string' },
    default: both(null),
    about: 'folder of media; default: <data>/media. All nodes need the same one',
  },
  { path: 'media.s3_bucket', type: { kind: 'string' }, default: both(null), about: 'bucket of media' },
  {
    path: 'media.s3_prefix',
    type: { kind: 'string' },
    default: both(null),
    about: 'in front of each key, like pidge/',
  },
  {
    path: 'media.s3_endpoint',
    type: { kind: 'url' },
    default: both(null),
    about: "address of what speaks S3; unset: Amazon's",
  },
  { path: 'media.s3_region', type: { kind: 'string' }, default: both('us-east-1'), about: 'region of the bucket' },
  {
    path: 'media.s3_access_key',
    type: { kind: 'string' },
    default: both(null),
    about: 'key id for the bucket; unset: what the machine has',
  },
  {
    path: 'media.s3_secret_key',
    type: { kind: 'string' },
    default: both(null),
    secret: true,
    about: 'secret that belongs to it',
  },
] as const;

export interface MediaSettings {
  access: 'open' | 'basic';
  store: 'disk' | 's3';
  /** `null`: beside the database. */
  path: string | null;
  s3: {
    bucket: string | null;
    prefix: string | null;
    endpoint: string | null;
    region: string;
    accessKey: string | null;
    secretKey: string | null;
  };
}

export function readMediaSettings(get: <T>(path: string) => T): MediaSettings {
  return {
    access: get('media.access'),
    store: get('media.store'),
    path: get('media.path'),
    s3: {
      bucket: get('media.s3_bucket'),
      prefix: get('media.s3_prefix'),
      endpoint: get('media.s3_endpoint'),
      region: get('media.s3_region'),
      accessKey: get('media.s3_access_key'),
      secretKey: get('media.s3_secret_key'),
    },
  };
}

/** What is wrong with them together; one finished sentence each. */
export function mediaProblems({ store, s3 }: MediaSettings): string[] {
  const problems: string[] = [];
  if (store === 's3' && s3.bucket === null) problems.push('media.store is "s3", so media.s3_bucket has to be set.');
  if ((s3.accessKey === null) !== (s3.secretKey === null)) {
    problems.push('media.s3_access_key and media.s3_secret_key go together: set both, or neither.');
  }
  return problems;
}

/** Where bytes are kept: what a database in memory refers to goes with it. */
export function blobSettings(config: { data: string; database: string; media: MediaSettings }): BlobSettings {
  const { store, path, s3 } = config.media;
  if (store === 'disk') {
    if (path === null && config.database === ':memory:') return { store: 'memory' };
    return { store: 'disk', path: path ?? join(config.data, 'media') };
  }
  const { accessKey, secretKey } = s3;
  return {
    store: 's3',
    bucket: s3.bucket ?? '',
    prefix: s3.prefix ?? '',
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: accessKey !== null && secretKey !== null ? { accessKey, secretKey } : null,
  };
}
