interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly [field: string]: unknown;
}

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
/** Processors as binary packages spell them, and as npm does; longer spellings first. */
const PROCESSORS: readonly (readonly [string, string])[] = [
  ['arm64', 'arm64'],
  ['amd64', 'x64'],
  ['loong64', 'loong64'],
  ['mips64el', 'mips64el'],
  ['ppc64', 'ppc64'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
  ['ia32', 'ia32'],
  ['x64', 'x64'],
  ['arm', 'arm'],
];

/**
 * The lock file with an entry for every optional package that its packages name. New ones have no checksum: npm asks the
 * registry for it on the platform that needs them. Returns the names that were added.
 */
export function completeLock(text: string): { readonly text: string; readonly added: readonly string[] } {
  const lock = JSON.parse(text) as Lock;
  const missing = missingOptional(lock);
  const entries = Object.entries(lock.packages).concat(
    missing.map(({ name, version, by }) => [`node_modules/${name}`, platformEntry(name, version, by)]),
  );
  const packages = Object.fromEntries(entries.sort(([a], [b]) => a.localeCompare(b, 'en')));
  return {
    text: `${JSON.stringify({ ...lock, packages }, null, 2)}\n`,
    added: missing.map(({ name }) => name),
  };
}

interface MissingPackage {
  readonly name: string;
  readonly version: string;
  readonly by: LockedPackage;
}

function missingOptional(lock: Lock): MissingPackage[] {
  const named = Object.entries(lock.packages).flatMap(([path, by]) =>
    Object.entries(by.optionalDependencies ?? {}).map(([name, version]) => ({ path, name, version, by })),
  );
  return named.filter(({ path, name }) => {
    const nested = `${path}/node_modules/${name}`;
    return !(nested in lock.packages) && !(`node_modules/${name}` in lock.packages);
  });
}

/** @throws Error where a name does not say its platform, or its version is a range. */
function platformEntry(name: string, version: string, by: LockedPackage): LockedPackage {
  const os = SYSTEMS.find((system) => new RegExp(`-${system}(-|$)`).test(name));
  const cpu = PROCESSORS.find(([spelling]) => name.includes(`-${spelling}`))?.[1];
  if (os === undefined || cpu === undefined || !/^\d/.test(version)) {
    throw new Error(`${name}@${version}: expected a platform's package in one version`);
  }
  const libc = os === 'linux' ? libcOf(name) : null;
  return {
    version,
    cpu: [cpu],
    ...(by.dev === true ? { dev: true } : {}),
    ...(libc === null ? {} : { libc: [libc] }),
    ...(by.license === undefined ? {} : { license: by.license }),
    optional: true,
    os: [os],
  };
}

function libcOf(name: string): string | null {
  if (name.includes('musl')) return 'musl';
  return name.includes('gnu') ? 'glibc' : null;
}
