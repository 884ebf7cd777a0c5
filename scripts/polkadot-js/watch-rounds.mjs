#!/usr/bin/env node
// Shows the rounds of studies as they are finalised.

import {
  compareArtifacts,
  finalBlocks,
  follow,
  kindAndReason,
  nameOf,
  readMembers,
  readRound,
  readStudy,
  roundStatus,
  withDeadline,
} from '@consilium/client';
import { command, integer, nodesOption, option, run, studiesOption } from './lib/arguments.mjs';
import { withChains } from './lib/connect.mjs';
import { finalTable, findingsTable, RoundTable } from './lib/report.mjs';
import { haltText } from './lib/resuming.mjs';
import { table } from './lib/table.mjs';

const program = command(
  `Shows the rounds of studies until all studies are over: one line for each finalised round, and one for
  each update that does not count, each party that was silent or posted something wrong, and each aborted
  attempt. Then the last models, the findings of each round, and whether all nodes have the same models.
  Says of a halted study why it is, and how to resume it. Exits with 1 when a study is halted, a round takes
  too long or nodes differ.`,
  [
    studiesOption(),
    nodesOption(': the first is watched, all are asked for the models in the end'),
    option('--stall-seconds <N>', 'longest time without a finalised round', integer(1), 300),
  ],
);

/** Seconds in which a running node answers. */
const SECONDS_TO_ANSWER = 5;

async function watch(chain, studies, name, stallSeconds) {
  const rounds = new RoundTable(studies, name);
  const results = new Map(studies.map((study) => [study.id, { study, seconds: [], entry: null }]));
  console.log(rounds.head());
  const events = follow(finalBlocks(chain, stallSeconds), [...results.keys()]);
  const late = `no round was finalised within ${stallSeconds} s`;
  let lastRound = Date.now();
  for (;;) {
    const left = stallSeconds - (Date.now() - lastRound) / 1000;
    const { value: event, done } = await withDeadline(events.next(), left, late).catch(async (error) => {
      throw new Error(`${error.message}; ${await statuses(chain, [...results.keys()], name)}`);
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

/** The status of finality and of the rounds under way, for an error. */
async function statuses(chain, studies, name) {
  const status = async (id) => {
    const { currentRound } = await readStudy(chain, id);
    const round = await readRound(chain, id, currentRound);
    return `round ${currentRound} of study ${id}: ${roundStatus(round, name)}`;
  };
  const finality = async () => {
    const { finalised, standsStill } = (await chain.api.call.finalityApi.finality()).toJSON();
    return standsStill
      ? `finality stands still since block ${finalised}: more than a third of the validators are away`
      : `final up to block ${finalised}`;
  };
  return withDeadline(Promise.all([finality(), ...studies.map(status)]), SECONDS_TO_ANSWER, '').then(
    (all) => all.join('; '),
    () => 'and the node does not answer',
  );
}

async function report(chains, results, name, node) {
  const read = async ({ study, entry }) => {
    const numbers = Array.from({ length: entry.finalisedRounds }, (_, index) => index + 1);
    return Promise.all(numbers.map((round) => readRound(chains[0], study.id, round)));
  };
  const known = await Promise.all(results.map(async (result) => ({ ...result, rounds: await read(result) })));
  const finished = known.filter(({ rounds }) => rounds.length > 0);
  if (finished.length > 0) console.log(`\nThe last models:\n\n${finalTable(finished, name)}`);
  const findings = findingsTable(finished, name);
  if (findings !== null) console.log(`\nFindings:\n\n${findings}`);
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
    const completed = entry.status.kind === 'Completed';
    console.log(
      `study ${study.id}: ${entry.finalisedRounds} of ${study.spec.maxRounds} rounds finalised` +
        (completed ? '' : `, ${kindAndReason(entry.status)}`),
    );
    if (!completed) {
      code = 1;
      const round = await readRound(chains[0], study.id, entry.currentRound);
      console.log(haltText(entry, round, name, node));
    }
  }
  if (rows.some(({ same }) => !same)) {
    console.error('error: the nodes do not have the same artifacts');
    code = 1;
  }
  return code;
}

await run(program, ({ study: ids, node, stallSeconds }) =>
  withChains(node, async (chains) => {
    const [chain] = chains;
    const name = nameOf(await readMembers(chain));
    const studies = await Promise.all(ids.map((id) => readStudy(chain, id)));
    const results = await watch(chain, studies, name, stallSeconds);
    return await report(chains, results, name, node[0]);
  }),
);
