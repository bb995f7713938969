/** Parameters as lines of text that one can edit: `Name=value`, with line ends and backslashes inside a value escaped. */

export function linesOf(params: readonly (readonly [string, string])[]): string {
  return params.map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`).join('\n');
}

/** Empty lines are left out; a line without `=` is a name with an empty value. */
export function paramsOf(lines: string): [string, string][] {
  return lines.split('\n').flatMap((line): [string, string][] => {
    if (line.trim() === '') return [];
    const at = line.indexOf('=');
    const [name, value] = at === -1 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    return [[name.trim(), value.replace(/\\([\\n])/g, (_, one: string) => (one === 'n' ? '\n' : '\\'))]];
  });
}
