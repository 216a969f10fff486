/** The files that a migration changes: those of a repository on disk, or of an Nx tree. Text has LF line ends. */
export interface MigratedFiles {
  /** The text of a file; undefined where there is none, or no text. */
  read(path: string): string | undefined;
  write(path: string, text: string): void;
}

/**
 * What a release changes in files of the people: wa-ml.json, or code that they wrote.
 * Files of ours need none: they follow the templates, and a file that moves says so itself (`PlannedFile.movedFrom`).
 */
export interface Migration {
  /** The release that brings it. */
  readonly release: string;
  /** Its name, unique among all; the file's. */
  readonly name: string;
  /** What it does, in one clause: it stands in the commit's message. */
  readonly summary: string;
  /**
   * Changes the files. It must leave alone what has been changed already, because a run may be stopped half-way,
   * and what it does not understand.
   * @returns what it leaves to the people, one sentence each.
   */
  migrate(files: MigratedFiles): readonly string[];
}
