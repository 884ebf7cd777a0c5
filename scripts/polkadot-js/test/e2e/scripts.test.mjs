import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { submit } from '@consilium/client';
import { withChain } from '../../lib/connect.mjs';
import { blobFolder } from '../../lib/hospitals.mjs';
import { PATTERNS } from './patterns.mjs';
import { IN_BLOCK, network, openStudy, script, signers } from './shared.mjs';

describe('the scripts', () => {
  let net;
  let node;
  let agreement;
  let study;

  before(async () => {
    net = await network();
    node = ['--node', net.nodes[1].url];
  });

  it('list-hospitals shows the four members', async () => {
    const { code, stdout } = await script('list-hospitals', ...node);
    assert.equal(code, 0);
    for (const { name } of net.nodes)
      assert.match(stdout, new RegExp(`^${name} .*Trainer, Compute, Validator .*active`, 'm'));
  });

  it('propose-agreement and sign-agreement make an active agreement, by key file and account', async () => {
    const document = join(net.folder, 'contract.txt');
    writeFileSync(document, 'a contract');
    const key = join(net.folder, 'hospitals', 'alice', 'keys', 'account.key');
    const proposed = await script('propose-agreement', '--document', document, '--signer-file', key, ...node);
    assert.equal(proposed.code, 0, proposed.stderr);
    assert.match(proposed.stdout, /^agreement \d+ is proposed and signed by Alice General Hospital/);
    agreement = /^agreement (\d+)/.exec(proposed.stdout)[1];

    const some = await script('sign-agreement', '--agreement', agreement, '--dev', 'Bob', ...node);
    assert.match(some.stdout, /is proposed: signed by Alice .*; not yet by/);
    const all = await script(
      'sign-agreement',
      '--agreement',
      agreement,
      '--dev',
      'Charlie',
      '--dev',
      'Dave',
      ...node,
    );
    assert.match(all.stdout, new RegExp(`^agreement ${agreement} is active: signed by`));
  });

  it('open-study opens a study, and watch-rounds follows it to its end', async () => {
    const { schemaHash, features, root } = net.study;
    const opened = await script(
      ...[
        'open-study',
        '--agreement',
        agreement,
        '--schema-hash',
        schemaHash,
        '--features',
        String(features),
      ],
      ...['--rounds', '1', '--updates', '10', '--root', root, '--blob-store', blobFolder(net.folder)],
      ...['--weakest-suite', 'ml-kem-768'],
      ...['--dev', 'Alice', '--print-id', ...node],
    );
    assert.equal(opened.code, 0, opened.stderr);
    study = opened.stdout.trim();
    assert.match(study, /^\d+$/);

    const watched = await script(
      'watch-rounds',
      '--study',
      study,
      ...net.nodes.flatMap(({ url }) => ['--node', url]),
    );
    assert.equal(watched.code, 0, watched.stderr);
    assert.match(watched.stdout, /^1\/1 .* 4\/4$/m);
    assert.doesNotMatch(watched.stdout, /Findings/);
    assert.match(watched.stdout, /pooled \* +\d+ +[01]\.\d{3}/);
    assert.match(watched.stdout, /0x[0-9a-f]{64} +the same on 4 of 4 nodes/);
    assert.match(watched.stdout, /1 of 1 rounds finalised/);
  });

  it('resume-study resumes a halted study, as watch-rounds says', async () => {
    const [, bob] = await signers();
    const halted = await withChain(net.nodes[1].url, async (chain) => {
      const id = await openStudy(chain, { rounds: 2 });
      await submit(chain.api, chain.api.tx.rounds.stopStudy(id), bob, IN_BLOCK);
      return id;
    });

    const watched = await script('watch-rounds', '--study', String(halted), ...node);
    assert.equal(watched.code, 1, watched.stderr);
    assert.match(
      watched.stdout,
      new RegExp(`^study ${halted} is halted: one of its hospitals stopped it`, 'm'),
    );
    assert.match(watched.stdout, new RegExp(`resume-study\\.mjs --study ${halted} .*--node ws://`));

    const resumed = await script('resume-study', '--study', String(halted), '--dev', 'Alice', ...node);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(
      resumed.stdout,
      new RegExp(`^study ${halted} is resumed by Alice .*: attempt \\d+ of round \\d `),
    );
    const over = await script('watch-rounds', '--study', String(halted), ...node);
    assert.equal(over.code, 0, over.stderr);
    assert.match(over.stdout, /2 of 2 rounds finalised/);
  });

  it('print-audit-trail prints the records and proves them', async () => {
    const { code, stdout } = await script('print-audit-trail', `study/${study}`, ...node);
    assert.equal(code, 0);
    assert.match(stdout, /Alice General Hospital/);
    assert.match(stdout, /^proven: \d+ records give the chain's head 0x[0-9a-f]{64}$/m);
  });

  it('report an error in one line', async () => {
    const { schemaHash, features } = net.study;
    const open = [
      'open-study',
      '--agreement',
      agreement,
      '--schema-hash',
      schemaHash,
      '--features',
      String(features),
      '--dev',
      'Alice',
      ...node,
    ];
    const wrong = [
      [['print-audit-trail', 'study/4000000000', ...node], PATTERNS.noStudySubject],
      [
        ['sign-agreement', '--agreement', '4000000000', '--dev', 'Bob', ...node],
        /^error: .*accessControl\.NotFound/m,
      ],
      [
        ['sign-agreement', '--agreement', agreement, '--dev', 'Charlie', ...node],
        /^error: .*accessControl\.AlreadySigned/m,
      ],
      [
        ['sign-agreement', '--agreement', agreement, '--dev', 'Eve', ...node],
        /^error: refused in the pool: \S+ is not an active member/m,
      ],
      [['watch-rounds', '--study', '4000000000', ...node], PATTERNS.noStudy],
      [
        ['resume-study', '--study', '4000000000', '--dev', 'Alice', ...node],
        /^error: there is no study 4000000000; /m,
      ],
      [
        ['resume-study', '--study', study, '--dev', 'Alice', ...node],
        /^error: study \d+ is not halted but completed, with 1 of 1 rounds finalised; /m,
      ],
      [[...open, '--field', 'mersenne31'], PATTERNS.rangeTooLarge],
      [[...open, '--party', 'Nobody'], /^error: no member is called "Nobody"/m],
    ];
    const answers = await Promise.all(wrong.map(([args]) => script(...args)));
    for (const [index, { code, stderr }] of answers.entries()) {
      const [args, message] = wrong[index];
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, message);
    }
  });
});
