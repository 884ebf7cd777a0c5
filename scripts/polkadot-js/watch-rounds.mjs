#!/usr/bin/env node
// Shows the rounds of studies as they are finalised.

import { integer, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { compareArtifacts } from './lib/artifacts.mjs';
import { connect } from './lib/connect.mjs';
import { finalBlocks, follow } from './lib/follow.mjs';
import { nameOf, readMembers } from './lib/members.mjs';
import { finalTable, findingsTable, RoundTable } from './lib/report.mjs';
import { roundStanding } from './lib/standing.mjs';
import { readRound, readStudy } from './lib/study.mjs';
import { table } from './lib/table.mjs';
import { withDeadline } from './lib/wait.mjs';

const usage = `
Shows the rounds of studies until all studies are over: one line for each finalised round, and one for each update that
does not count, each party that was silent or lied, and each aborted try. Then the last models, what was found in which
round, and whether all nodes have the same models. Exits with 1 when a study is halted, a round takes too long or nodes
differ.

Usage: watch-rounds.mjs --study ID ... [options]

  --study ID             which study; repeat it for several at once
  --node URL             WebSocket of a node (default ws://127.0.0.1:9944); repeat it: the first is watched, all are
                         asked for the models in the end
  --stall-seconds N      longest time without a finalised round (default 300)
`;

const options = {
  study: { type: 'string', multiple: true, parse: integer(0, 2 ** 32 - 1) },
  node: { type: 'string', multiple: true, default: ['ws://127.0.0.1:9944'] },
  'stall-seconds': { type: 'string', parse: integer(1), default: 300 },
};

/** Seconds in which a node that runs answers. */
const SECONDS_TO_ANSWER = 5;

async function watch(chain, studies, name, stallSeconds) {
  const rounds = new RoundTable(studies, name);
  const results = new Map(studies.map((study) => [study.id, { study, seconds: [], entry: null }]));
  console.log(rounds.head());
  const events = follow(finalBlocks(chain, stallSeconds), [...results.keys()]);
  const late = `no round was finalised within ${stallSeconds} seconds`;
  let lastRound = Date.now();
  for (;;) {
    const left = stallSeconds - (Date.now() - lastRound) / 1000;
    const { value: event, done } = await withDeadline(events.next(), left, late).catch(async (error) => {
      throw new Error(`${error.message}; ${await standings(chain, [...results.keys()], name)}`);
    });
    if (done) break;
    const result = results.get(event.study);
    if (event.type === 'over') {
      result.entry = event.entry;
    } else if (event.type === 'finalised') {
      console.log(rounds.round(event));
      lastRound = Date.now();
      result.seconds.push(event.seconds);
    } else {
      console.log(rounds.finding(event));
    }
  }
  console.log(rounds.footnote());
  return [...results.values()];
}

/** Where the rounds under way stand, for an error. */
async function standings({ api }, studies, name) {
  const standing = async (id) => {
    const { currentRound } = await readStudy(api, id);
    const round = await readRound(api, id, currentRound);
    return `round ${currentRound} of study ${id}: ${roundStanding(round, name)}`;
  };
  return withDeadline(Promise.all(studies.map(standing)), SECONDS_TO_ANSWER, '').then(
    (all) => all.join('; '),
    () => 'and the node does not say where the rounds stand',
  );
}

async function report(chains, results, name) {
  const [{ api }] = chains;
  const read = async ({ study, entry }) => {
    const numbers = Array.from({ length: entry.finalisedRounds }, (_, index) => index + 1);
    return Promise.all(numbers.map((round) => readRound(api, study.id, round)));
  };
  const known = await Promise.all(results.map(async (result) => ({ ...result, rounds: await read(result) })));
  const finished = known.filter(({ rounds }) => rounds.length > 0);
  if (finished.length > 0) console.log(`\nThe last models:\n\n${finalTable(finished, name)}`);
  const findings = findingsTable(finished, name);
  if (findings !== null) console.log(`\nWhat was found:\n\n${findings}`);
  const rows = [];
  for (const { study, entry } of results) {
    const compared = await compareArtifacts(chains, study.id, entry.finalisedRounds);
    for (const { round, artifacts, same } of compared) {
      const seen = same
        ? `the same on ${chains.length} of ${chains.length} nodes`
        : artifacts.map((artifact) => artifact ?? 'none').join(' ');
      rows.push({ same, cells: [String(study.id), String(round), artifacts[0] ?? '-', seen] });
    }
  }
  console.log(
    `\nArtifacts (SHA-256):\n\n${table(
      ['study', 'round', 'artifact', 'nodes'],
      rows.map(({ cells }) => cells),
    )}\n`,
  );

  let code = 0;
  for (const { study, entry } of results) {
    const completed = entry.status === 'Completed';
    console.log(
      `study ${study.id}: ${entry.finalisedRounds} of ${study.maxRounds} rounds finalised` +
        (completed ? '' : `, halted: ${entry.haltReason}`),
    );
    if (!completed) code = 1;
  }
  if (rows.some(({ same }) => !same)) {
    console.error('error: the nodes do not have the same artifacts');
    code = 1;
  }
  return code;
}

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  if (values.study.length === 0) throw new UsageError('--study ID is missing; see --help');
  const chains = await Promise.all(values.node.map(connect));
  try {
    const [chain] = chains;
    const name = nameOf(await readMembers(chain.api));
    const studies = await Promise.all(
      values.study.map(async (id) => {
        const study = await readStudy(chain.api, id);
        if (!study) throw new Error(`there is no study ${id}`);
        return { id, ...study };
      }),
    );
    const results = await watch(chain, studies, name, values.stallSeconds);
    return await report(chains, results, name);
  } finally {
    await Promise.all(chains.map((chain) => chain.disconnect()));
  }
});
