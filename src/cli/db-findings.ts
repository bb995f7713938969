import type { Finding } from '../store/store.ts';
import { print } from './terminal.ts';

/** One line for each rule that does not hold: text, or JSON. */
export function showFindings(findings: Finding[], json: boolean): void {
  for (const finding of findings) {
    print(json ? JSON.stringify(finding) : `${finding.rule}  ${finding.subject}  ${finding.detail}`);
  }
}

/** `1 finding`, `0 findings`. */
export function countOf(findings: Finding[]): string {
  return `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`;
}
