import type { Entries } from './entry.ts';

/** What the kind and the status of an account decide, and what RCS cannot reach. */
export const ACCOUNTS: Entries = {
  21267: {
    parameter: 'From',
    meaning: 'A trial account has no alphanumeric senders.',
    causes: ['From is a name, and the account is of type Trial.'],
    fixes: ['Send from a number, or make the account a full one (auth.account_type).'],
    reproduce: 'Start with PIDGE_AUTH_ACCOUNT_TYPE=trial and send with From=ACME',
  },
  21475: {
    parameter: 'Status',
    meaning: 'This is no status of an account.',
    causes: ['A misspelled status.'],
    fixes: ['Use active, suspended or closed.'],
    reproduce: 'POST an account with Status=paused',
  },
  21476: {
    parameter: 'Status',
    meaning: 'A subaccount cannot be active while its parent is suspended.',
    causes: ['The parent account is suspended.'],
    fixes: ['Activate the parent first.'],
    reproduce: 'Suspend both, then POST the subaccount with Status=active',
  },
  21477: {
    parameter: 'Status',
    meaning: 'The status of a main account is not changed by the API.',
    causes: ['The SID in the path is that of the main account.'],
    fixes: ['Name a subaccount in the path.'],
    reproduce: 'POST the main account with Status=suspended',
  },
  21478: {
    parameter: 'Status',
    meaning: 'The operator has suspended the account; its parent cannot activate it.',
    causes: ['The settings of this server say suspended = true of the account.'],
    fixes: ['Ask the operator.'],
    reproduce: 'Start with suspended = true in [[accounts]] of a subaccount, then POST it with Status=active',
  },
  21479: {
    parameter: 'Status',
    meaning: 'A closed account stays closed, and nothing about it is changed.',
    causes: ['The subaccount was closed.'],
    fixes: ['Make another subaccount; suspend instead of closing what may come back.'],
    reproduce: 'POST a subaccount with Status=closed, then with Status=active',
  },
  21480: {
    meaning: 'The account has as many subaccounts as it may have.',
    causes: ['1000 subaccounts that are not closed.'],
    fixes: ['Close those that are no longer needed.'],
    reproduce: 'POST Accounts.json a thousand and one times',
  },
  30044: {
    parameter: 'Body',
    meaning: 'With the sentence that a trial account puts in front of it, the text is longer than 1600 characters.',
    causes: ['The account is of type Trial, and Body is longer than 1562 characters.'],
    fixes: ['Shorten the text, or make the account a full one (auth.account_type).'],
    reproduce: 'Start with PIDGE_AUTH_ACCOUNT_TYPE=trial and send a Body of 1600 characters',
  },
  63036: {
    status: null,
    when: 'async',
    side: 'the carrier',
    meaning: 'The handset cannot be reached by RCS now.',
    causes: ['The phone has no RCS, is not connected, or its carrier does not offer it.'],
    fixes: ['Send to the plain number through a service: then the message goes as SMS.'],
    reproduce: 'Send to rcs:+12025550101: simulated phones have no RCS until they are given it',
  },
};
