import { run, type Finished } from '../workshop';
import { configurationOf, containerOf, mounted } from './buildah';

/** A folder of this machine at a place of the container. */
export interface Mount {
  readonly from: string;
  readonly to: string;
  readonly readOnly: boolean;
}

/**
 * docker run --read-only --tmpfs /tmp --network none IMAGE COMMAND, with folders mounted; its end is a result.
 * buildah's chroot isolation has neither flag, so the namespaces are made here: a mount namespace in which the
 * image's files are read-only, and a network namespace with nothing but the loopback.
 */
export async function runSealed(
  image: string,
  mounts: readonly Mount[],
  command: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const { Env, User, WorkingDir } = await configurationOf(image);
  const files = await mounted(await containerOf(image));
  const script = [
    'set -e',
    'mount --bind "$FILES" "$FILES"',
    ...mounts.flatMap(({ to, readOnly }, at) => [
      `mkdir -p "$FILES${to}"`,
      `mount --bind "$MOUNT_${at}" "$FILES${to}"`,
      ...(readOnly ? [`mount -o remount,ro,bind "$FILES${to}"`] : []),
    ]),
    'mount -t proc proc "$FILES/proc"',
    'mount -t tmpfs tmpfs "$FILES/tmp"',
    // Docker gives every container this one; semaphores are files in it.
    'mkdir -p "$FILES/dev/shm"',
    'mount -t tmpfs tmpfs "$FILES/dev/shm"',
    'mount -o remount,ro,bind "$FILES"',
    'python3 -c "$LOOPBACK"',
    'exec chroot --userspec="$ACCOUNT" "$FILES" /usr/bin/env -i -C "$FOLDER" "$@"',
  ].join('\n');
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return run(
    'unshare',
    [
      ...['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh'],
      ...[...Env, ...assignments, ...command],
    ],
    '/',
    {
      ...Object.fromEntries(mounts.map(({ from }, at) => [`MOUNT_${at}`, from])),
      ...{ FILES: files, FOLDER: WorkingDir, ACCOUNT: User, LOOPBACK: loopback },
    },
  );
}

/** What a container saw that could neither write to its files nor reach anybody. */
export interface Sealed {
  readonly ping: number;
  readonly invocation: number;
  /** Errors by name, of a write to its root and of a connection to another machine. */
  readonly write: string;
  readonly network: string;
  readonly user: number;
}

/** IMAGE serve, sealed, and one request from within. */
export async function serveSealed(image: string, model: string, body: string): Promise<Sealed> {
  const { code, stdout, stderr } = await runSealed(
    image,
    [{ from: model, to: '/opt/ml/model', readOnly: true }],
    ['python', '-c', serveAndAsk],
    { BODY: body },
  );
  if (code !== 0) throw new Error(`the sealed server ended with ${code}\n${stdout}\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Sealed;
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
