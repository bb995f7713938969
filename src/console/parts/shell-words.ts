/** Text as one word of a POSIX shell, quoted only when it has to be: what is shown runs as pasted. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The `-u` of curl for an account. Without its token the shell's own `TWILIO_AUTH_TOKEN` stands in: what an operator of a
 * real server pastes somewhere holds no secret.
 */
export function curlUser(sid: string, token: string | null): string {
  return token === null ? `-u "${sid}:$TWILIO_AUTH_TOKEN"` : `-u ${shellWord(`${sid}:${token}`)}`;
}
