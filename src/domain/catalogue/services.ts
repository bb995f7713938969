import type { Entries } from './entry.ts';

/** 217xx: Messaging Services and their pools, as far as they are managed. Sending through one is in `content`. */
export const SERVICES: Entries = {
  21708: {
    parameter: 'AlphaSender',
    meaning: 'The request names no alphanumeric sender.',
    causes: ['AlphaSender is missing or empty.'],
    fixes: ['Send AlphaSender with the name that is to be seen on the phone.'],
    reproduce: 'POST /v1/Services/{MG}/AlphaSenders without AlphaSender',
  },
  21709: {
    parameter: 'AlphaSender',
    meaning: 'This cannot be an alphanumeric sender of this service.',
    causes: [
      'It has more than 11 characters, no letter, or a character that no phone shows.',
      'Another account has it.',
    ],
    fixes: ['Use up to 11 letters, digits, spaces, and + - _ &, at least one of them a letter.'],
    reproduce: 'POST /v1/Services/{MG}/AlphaSenders with AlphaSender=12345',
  },
  21710: {
    status: 409,
    meaning: 'The sender is in the pool of this service already.',
    causes: ['It was added before.'],
    fixes: ['Nothing: it is where it should be.'],
    reproduce: 'Add the same number to a service twice',
  },
  21712: {
    status: 409,
    meaning: 'A sender is in one service at most, and this one is in another.',
    causes: ['It was added to another service before.'],
    fixes: ['Take it out of the other service first.'],
    reproduce: 'Add the same number to two services',
  },
  21713: {
    parameter: 'Usecase',
    meaning: 'There is no such use case.',
    causes: ['Usecase is misspelled.'],
    fixes: ['Use one of those that GET /v1/Services/Usecases lists.'],
    reproduce: 'POST /v1/Services with FriendlyName=a&Usecase=fun',
  },
  21714: {
    meaning: 'The pool of the service is full.',
    causes: ['It has 400 senders.'],
    fixes: ['Take out senders that are not needed, or make another service.'],
    reproduce: 'Add 401 senders to a service',
  },
  21715: {
    meaning: 'This number can send neither SMS nor MMS.',
    causes: ['It was registered as a number without messaging.'],
    fixes: ['Add a number that can send.'],
    reproduce: 'Add a number without capabilities to a service',
  },
};
