/** What the catalogue of errors says of a code. */
import { useQuery } from '@tanstack/react-query';
import { admin } from './client.ts';

export interface CodeWords {
  meaning: string;
  fixes: string[];
}

/** `undefined`: not read yet, or there is no code. */
export function useCodeWords(code: number | null): CodeWords | undefined {
  const { data } = useQuery({
    queryKey: ['catalogue', code],
    queryFn: ({ signal }) => admin<CodeWords>(`catalogue/${code}`, { signal }),
    // Words of a code do not change while the program runs.
    staleTime: Number.POSITIVE_INFINITY,
    enabled: code !== null,
  });
  return data;
}
