import { must } from '../workshop';
import { configurationOf, containerOf, mounted } from './buildah';

/** What a container saw that could neither write to its files nor reach anybody. */
export interface Sealed {
  readonly ping: number;
  readonly invocation: number;
  /** Errors by name, of a write to its root and of a connection to another machine. */
  readonly write: string;
  readonly network: string;
  readonly user: number;
}

/**
 * docker run --read-only --tmpfs /tmp --network none IMAGE serve, and one request from within.
 * buildah's chroot isolation has neither flag, so the namespaces are made here: a mount namespace in which the
 * image's files are read-only, and a network namespace with nothing but the loopback.
 */
export async function serveSealed(image: string, model: string, body: string): Promise<Sealed> {
  const { Env, User } = await configurationOf(image);
  const files = await mounted(await containerOf(image));
  const script = [
    'set -e',
    'mkdir -p "$FILES/opt/ml/model"',
    'mount --bind "$FILES" "$FILES"',
    'mount --bind "$MODEL" "$FILES/opt/ml/model"',
    'mount -o remount,ro,bind "$FILES/opt/ml/model"',
    'mount -t proc proc "$FILES/proc"',
    'mount -t tmpfs tmpfs "$FILES/tmp"',
    'mount -o remount,ro,bind "$FILES"',
    'python3 -c "$LOOPBACK"',
    'exec chroot --userspec="$ACCOUNT" "$FILES" /usr/bin/env -i -C /opt/ml "$@"',
  ].join('\n');
  const output = await must(
    'unshare',
    [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh'],
      ...[...Env, `BODY=${body}`, 'python', '-c', serveAndAsk],
    ],
    '/',
    { FILES: files, MODEL: model, ACCOUNT: User, LOOPBACK: loopback },
  );
  return JSON.parse(output.trim().split('\n').at(-1)!) as Sealed;
}

/** `ip link set lo up`, for machines without ip: SIOCSIFFLAGS with IFF_UP. */
const loopback = `
import fcntl, socket, struct
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    fcntl.ioctl(control, 0x8914, struct.pack("16sH14s", b"lo", 1, b""))
`;

const serveAndAsk = `
import json, os, socket, subprocess, time, urllib.request

def error_of(work):
    try:
        work()
    except OSError as error:
        return type(error).__name__ if error.errno is None else os.strerror(error.errno)
    return "none"

server = subprocess.Popen(["python", "-m", "ml_runtime", "serve"], stdout=subprocess.DEVNULL)
address = "http://127.0.0.1:8080"
for _ in range(600):
    try:
        ping = urllib.request.urlopen(address + "/ping").status
        break
    except OSError:
        time.sleep(0.1)
request = urllib.request.Request(
    address + "/invocations", os.environ["BODY"].encode(), {"content-type": "application/json"}
)
seen = {
    "ping": ping,
    "invocation": urllib.request.urlopen(request).status,
    "write": error_of(lambda: open("/opt/written", "w")),
    "network": error_of(lambda: socket.create_connection(("192.0.2.1", 80), 5)),
    "user": os.getuid(),
}
server.terminate()
server.wait()
print(json.dumps(seen))
`;
