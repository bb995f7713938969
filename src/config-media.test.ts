import { expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { blobSettings } from './config-media.ts';

const read = (text: string, env: Record<string, string> = {}) =>
  readConfig({ mode: 'serve', env, file: { name: 'pidge.toml', text } });
const problems = (text: string): string[] => {
  try {
    read(text);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

it('keeps media beside the database, where the settings say, or in memory with it', () => {
  expect(blobSettings(read('data = "/srv/pidge"'))).toEqual({ store: 'disk', path: '/srv/pidge/media' });
  expect(blobSettings(read('[media]\npath = "/mnt/media"'))).toEqual({ store: 'disk', path: '/mnt/media' });
  expect(blobSettings(read('database = ":memory:"'))).toEqual({ store: 'memory' });
  expect(blobSettings(read('database = ":memory:"\n[media]\npath = "/mnt"'))).toEqual({ store: 'disk', path: '/mnt' });
});

it('keeps media in a bucket, whose secret comes from the environment', () => {
  const text = '[media]\nstore = "s3"\ns3_bucket = "b"\ns3_access_key = "id"\ns3_endpoint = "http://minio:9000"';
  expect(blobSettings(read(text, { PIDGE_MEDIA_S3_SECRET_KEY: 'secret' }))).toEqual({
    store: 's3',
    bucket: 'b',
    prefix: '',
    endpoint: 'http://minio:9000',
    region: 'us-east-1',
    credentials: { accessKey: 'id', secretKey: 'secret' },
  });
  expect(blobSettings(read('[media]\nstore = "s3"\ns3_bucket = "b"'))).toMatchObject({ credentials: null });
});

it('says what is missing', () => {
  expect(problems('[media]\nstore = "s3"')).toEqual(['media.store is "s3", so media.s3_bucket has to be set.']);
  expect(problems('[media]\ns3_access_key = "id"')).toEqual([
    'media.s3_access_key and media.s3_secret_key go together: set both, or neither.',
  ]);
});

it('opens files to everybody in dev alone', () => {
  expect(read('').media.access).toBe('basic');
  expect(readConfig({ mode: 'dev', env: {}, file: null }).media.access).toBe('open');
});

it('knows which numbers have MMS, and which countries', () => {
  const config = read('[limits]\nmms_countries = ["GB"]\n[[numbers]]\nnumber = "+447700900123"\nmms = true');
  expect(config.limits.mmsCountries).toEqual(['GB']);
  expect(config.numbers).toEqual([{ number: '+447700900123', mms: true, properties: {} }]);
  expect(read('').limits.mmsCountries).toContain('AU');
});
