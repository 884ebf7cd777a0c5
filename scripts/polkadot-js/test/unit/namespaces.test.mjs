// Network namespaces: their names and addresses, and with root the network between two of them.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import {
  linkName,
  managementAddresses,
  namespaceName,
  Namespaces,
  obstacle,
  ownerOf,
} from '../../lib/namespaces.mjs';

const reason = obstacle();

describe('names and addresses of namespaces', () => {
  it('name the process to which a namespace belongs, and leave those of other programs alone', () => {
    assert.equal(ownerOf(namespaceName(1234, 'alice')), 1234);
    for (const name of [
      'consilium',
      'consilium-alice',
      'consilium-12-a-b',
      'my-consilium-12-alice',
      'blue',
    ]) {
      assert.equal(ownerOf(name), null, name);
    }
  });

  it('fit into what Linux allows, up to the last', () => {
    assert.ok(linkName(2047, 15).length <= 15);
  });

  it('differ in all runs, and stay in 198.18.0.0/15', () => {
    assert.deepEqual(managementAddresses(0, 0), ['198.18.0.1', '198.18.0.2']);
    assert.deepEqual(managementAddresses(0, 15), ['198.18.0.61', '198.18.0.62']);
    assert.deepEqual(managementAddresses(1, 0), ['198.18.0.65', '198.18.0.66']);
    assert.deepEqual(managementAddresses(2047, 15), ['198.19.255.253', '198.19.255.254']);
  });

  it('need root', (context) => {
    context.mock.method(process, 'getuid', () => 1000);
    assert.match(obstacle(), /need root; run this with sudo/);
  });
});

/** Answers each datagram on the network between the namespaces. */
const ECHO = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.0.2", 6000))
print("up", flush=True)
while True:
    s.sendto(*s.recvfrom(99))
`;

/** Sends datagrams until one is answered; tries often when an answer is expected. */
const ask = (tries) => `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.connect(("10.0.0.2", 6000))
s.settimeout(0.1)
for _ in range(${tries}):
    try:
        s.send(b"x"); s.recv(9); print("answered"); break
    except OSError:
        pass
else:
    print("silent")
`;

describe('two namespaces', { skip: reason ?? false }, () => {
  it('reach each other unless one is cut off, and are gone afterwards', async () => {
    const namespaces = await Namespaces.create(['one', 'two'], { delay: 1, jitter: 1, seed: 7 });
    const [one, two] = ['one', 'two'].map((id) => namespaces.place(id));
    const inside = ({ prefix: [program, ...args] }) => [program, [...args, 'python3', '-c']];
    const [program, args] = inside(two);
    const echo = spawn(program, [...args, ECHO], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(echo.stdout, 'data');
      const asked = (tries) => {
        const [asker, before] = inside(one);
        return execFileSync(asker, [...before, ask(tries)], { encoding: 'utf8' }).trim();
      };
      assert.equal(two.peerHost, '10.0.0.2');
      assert.equal(asked(100), 'answered');
      await namespaces.cut('two');
      assert.equal(asked(3), 'silent');
      await namespaces.join('two');
      assert.equal(asked(100), 'answered');
      const { cut, lost } = await namespaces.stats();
      assert.ok(cut >= 1);
      assert.equal(lost, 0);
      await assert.rejects(namespaces.cut('three'), /no port three; there are one, two/);
    } finally {
      await namespaces.close();
    }
    await assert.rejects(namespaces.cut('two'), /the forwarder has ended/);
    const left = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    assert.doesNotMatch(left, new RegExp(`consilium-${process.pid}-`));
    // What ran in a namespace has ended with it.
    if (echo.exitCode === null && echo.signalCode === null) await once(echo, 'exit');
  });

  it('are removed when the forwarder does not start', async () => {
    await assert.rejects(
      Namespaces.create(['one', 'two'], { delay: 1, jitter: 2 }),
      /the forwarder has ended: error: jitter 0.002 s must be from 0 to the delay 0.001 s/,
    );
    const left = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
    assert.doesNotMatch(left, new RegExp(`consilium-${process.pid}-`));
  });

  it('of a process that was killed are removed by the next', async () => {
    const dead = spawn('true');
    await once(dead, 'exit');
    const name = namespaceName(dead.pid, 'one');
    execFileSync('ip', ['netns', 'add', name]);
    await (await Namespaces.create(['one'])).close();
    assert.ok(!execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).includes(name));
  });
});
