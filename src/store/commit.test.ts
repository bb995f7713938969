import { expect, it } from 'vitest';
import { type Call, GroupCommit } from './commit.ts';

function writer() {
  const groups: Call[][] = [];
  return {
    groups,
    commits: new GroupCommit(
      (calls) => groups.push(calls),
      ({ message }) => new Error(message),
    ),
  };
}

it('calls made in one go leave as one group', async () => {
  const { groups, commits } = writer();
  const calls = [commits.call('a', 1, []), commits.call('b', 2, ['x'])];
  await Promise.resolve();
  expect(groups).toEqual([
    [
      ['a', 1, []],
      ['b', 2, ['x']],
    ],
  ]);
  commits.answered([[10], [20]]);
  expect(await Promise.all(calls)).toEqual([10, 20]);
});

it('calls gather while a group is in flight, and leave together when it is answered', async () => {
  const { groups, commits } = writer();
  const first = commits.call('a', 0, []);
  await Promise.resolve();
  const later = [commits.call('b', 0, []), commits.call('c', 0, [])];
  await Promise.resolve();
  expect(groups).toHaveLength(1);
  commits.answered([[1]]);
  expect(groups[1]?.map(([verb]) => verb)).toEqual(['b', 'c']);
  commits.answered([[2], [null, { name: 'Error', message: 'no' }]]);
  expect(await Promise.allSettled([first, ...later])).toMatchObject([
    { value: 1 },
    { value: 2 },
    { reason: { message: 'no' } },
  ]);
});

it('an end rejects what is open and what comes after', async () => {
  const { commits } = writer();
  const open = [commits.call('a', 0, [])];
  await Promise.resolve();
  open.push(commits.call('b', 0, []));
  commits.end(new Error('gone'));
  open.push(commits.call('c', 0, []));
  const answers = await Promise.allSettled(open);
  expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected', 'rejected']);
});

it('draining refuses new calls and waits for the old', async () => {
  const { commits } = writer();
  const open = commits.call('a', 0, []);
  await Promise.resolve();
  let drained = false;
  const drain = commits.drain(new Error('closed')).then(() => {
    drained = true;
  });
  await expect(commits.call('b', 0, [])).rejects.toThrow('closed');
  expect(drained).toBe(false);
  commits.answered([[1]]);
  await drain;
  expect(await open).toBe(1);
});
