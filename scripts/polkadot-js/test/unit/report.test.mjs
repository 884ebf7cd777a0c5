import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalTable, findingsTable, RoundTable } from '../../lib/report.mjs';
import { shortNames, table } from '../../lib/table.mjs';

const names = { a: 'Alice General', b: 'Bob Clinic' };
const name = (account) => names[account];
const word = (hospital, examples, accuracy, auc, logLoss) => ({
  hospital,
  verdict: { kind: 'Accept' },
  metrics: { kind: 'Classification', examples, accuracy, auc, logLoss },
});
const model = { classes: 2 };
const spec = { seed: '42', hospitals: ['a', 'b'], maxRounds: 2, scheme: { kind: 'Plain' }, model };
const study = { id: 0, spec };
const withCommittee = (parties, kind) => ({
  id: 0,
  spec: { ...spec, scheme: { kind: 'Committee', parties, direction: { kind } } },
});
const entry = {
  committed: ['a', 'b'],
  excluded: [],
  committee: null,
  attestations: [word('a', 30, 0.8, 0.9, 0.4), word('b', 10, 0.4, null, 0.8)],
};

describe('the live table', () => {
  it('has a line for each round: metrics of each hospital and pooled, seconds, how many counted', () => {
    const rounds = new RoundTable([study], name);
    assert.equal(
      rounds.head(),
      [
        'round    Alice              Bob                pooled             seconds  counted',
        '         acc   AUC   loss   acc   AUC   loss   acc   AUC*  loss',
      ].join('\n'),
    );
    assert.equal(
      rounds.round({ study: 0, round: 1, entry, seconds: 8.04 }),
      '1/2      0.800 0.900 0.400  0.400     - 0.800  0.700 0.900 0.500      8.0      2/2',
    );
  });

  it('names the study when there are several, and shows who was silent', () => {
    const rounds = new RoundTable([study, { ...study, id: 1 }], name);
    const silent = { ...entry, committed: ['a'], attestations: [entry.attestations[0]] };
    assert.equal(
      rounds.round({ study: 1, round: 2, entry: silent, seconds: null }),
      '1      2/2      0.800 0.900 0.400  -                  0.800 0.900 0.400        -      1/2\n' +
        '                no update of Bob',
    );
  });

  it('fits 120 columns with four hospitals', () => {
    const four = { ...study, spec: { ...spec, hospitals: ['a', 'b', 'c', 'd'], maxRounds: 15 } };
    const rounds = new RoundTable(
      [four],
      (account) => ({ ...names, c: 'Charlie Heart Centre', d: 'Dave Veterans Hospital' })[account],
    );
    const words = four.spec.hospitals.map((hospital) => word(hospital, 30, 0.8, 0.9, 0.4));
    const all = [
      rounds.head(),
      rounds.round({
        study: 0,
        round: 15,
        entry: { ...entry, committed: four.spec.hospitals, attestations: words },
        seconds: 100,
      }),
    ];
    for (const line of all.join('\n').split('\n')) assert.ok(line.length <= 120, `${line.length}: ${line}`);
  });

  it('shows the weights when the direction weighs', () => {
    const rounds = new RoundTable([withCommittee(['a', 'b'], 'Weight')], name);
    const committee = {
      dealers: [
        { hospital: 'b', factor: 64 },
        { hospital: 'a', factor: 256 },
      ],
    };
    const [, remark] = rounds
      .round({ study: 0, round: 1, entry: { ...entry, committee }, seconds: 1 })
      .split('\n');
    assert.equal(remark, '         weights Alice 1.00, Bob 0.25');
  });

  it('has a line for each finding', () => {
    const rounds = new RoundTable([withCommittee(['b', 'c'], 'Off')], (account) => name(account) ?? account);
    const where = { study: 0, round: 3, attempt: 2 };
    const findings = [
      [
        { type: 'excluded', hospital: 'b', fault: 'NormTooLarge' },
        '3        Bob does not count: its update is above the norm bound (NormTooLarge)',
      ],
      [
        { type: 'disputed', hospital: 'a', party: 1, complaint: true },
        '3        party 1, Bob, disputes the shares of Alice: it cannot open them',
      ],
      [
        { type: 'named', party: 2, fault: 'FalseChecks', hospital: 'a' },
        '3        party 2, c, posted false checks of Alice (FalseChecks)',
      ],
      [
        { type: 'named', party: 1, fault: 'NoPartial' },
        '3        party 1, Bob, posted no partial aggregate (NoPartial)',
      ],
      [{ type: 'aborted', reason: 'TooFewUpdates' }, '3        attempt 2 was aborted: TooFewUpdates'],
    ];
    for (const [event, line] of findings) assert.equal(rounds.finding({ ...where, ...event }), line);
  });
});

describe('the final table', () => {
  it('has each hospital, in how many rounds it counted, and all together', () => {
    const first = { ...entry, committed: ['a'] };
    const rows = finalTable([{ study, rounds: [first, entry], seconds: [7, 9] }], name).split('\n');
    assert.equal(rows.length, 5);
    assert.match(rows[2], /^ +0 +42 +Alice General +30 +0\.800 +0\.900 +0\.4000 +2\/2$/);
    assert.match(rows[3], /^ +0 +42 +Bob Clinic +10 +0\.400 +- +0\.8000 +1\/2$/);
    assert.match(rows[4], /^ +0 +42 +pooled \* +40 +0\.700 +0\.900 +0\.5000 +8\.0$/);
  });
});

describe('a study that predicts a number', () => {
  const days = (hospital, examples, mae, rmse, r2) => ({
    hospital,
    verdict: { kind: 'Accept' },
    metrics: { kind: 'Regression', examples, mae, rmse, r2 },
  });
  const stay = { id: 1, spec: { ...spec, model: { classes: 0 } } };
  const round = {
    ...entry,
    attestations: [days('a', 30, 4.6131, 12.5, 0.1234), days('b', 10, 1234.6, 2e6, -11)],
  };

  it('has errors and R2 in the live table, never an accuracy', () => {
    const rounds = new RoundTable([stay], name);
    const [, head] = rounds.head().split('\n');
    assert.equal(head, '         MAE   RMSE  R2     MAE   RMSE  R2     MAE   RMSE  R2*');
    assert.match(
      rounds.round({ study: 1, round: 1, entry: round, seconds: 8.04 }),
      /^1\/2 {6}4\.613 12\.50 0\.123 {3}1235 {2}2e\+6 -11\.0 {2}312\.1 {2}1e\+6 -2\.66 /,
    );
    assert.match(rounds.footnote(), / {2}R2: the mean over the hospitals, weighted by test records$/);
    assert.equal(new RoundTable([study, stay], name).head().split('\n').length, 3);
  });

  it('has a final table of its own', () => {
    const rows = finalTable([{ study: stay, rounds: [round], seconds: [7] }], name).split('\n');
    assert.match(rows[0], /MAE +RMSE +R2 +counted/);
    assert.match(rows[2], /^ +1 +42 +Alice General +30 +4\.6131 +12\.5000 +0\.1234 +1\/1$/);
    const both = [
      { study: stay, rounds: [round], seconds: [7] },
      { study, rounds: [entry], seconds: [7] },
    ];
    const [classes, numbers] = finalTable(both, name).split('\n\n');
    assert.match(classes, /accuracy/);
    assert.match(numbers, /RMSE/);
  });
});

describe('the findings', () => {
  it('are those of all rounds, and no table when there are none', () => {
    const named = [{ party: 2, fault: 'WrongPartial' }];
    const bad = {
      ...entry,
      excluded: [{ hospital: 'a', fault: 'HostileDirection' }],
      committee: { dealers: [], named },
    };
    assert.equal(findingsTable([{ study, rounds: [entry] }], name), null);
    const rows = findingsTable([{ study: withCommittee(['a', 'b'], 'Off'), rounds: [entry, bad] }], name)
      .split('\n')
      .slice(2);
    assert.deepEqual(rows, [
      '    0      2  Alice General does not count: ' +
        'its update points away from the root update (HostileDirection)',
      '    0      2  party 2, Bob Clinic, posted a wrong partial aggregate, ' +
        'which was corrected (WrongPartial)',
    ]);
  });
});

describe('a table', () => {
  it('aligns numbers to the right and text to the left', () => {
    assert.equal(
      table(
        ['name', 'n'],
        [
          ['Alice', '5'],
          ['Bob', '10'],
        ],
      ),
      'name    n\n-----  --\nAlice   5\nBob    10',
    );
  });

  it('shortens names as far as they stay different', () => {
    assert.deepEqual(shortNames(['Alice General', 'Bob Clinic']), ['Alice', 'Bob']);
    assert.deepEqual(shortNames(['St Mary', 'St John', 'Bob']), ['St Mary', 'St John', 'Bob']);
  });
});
