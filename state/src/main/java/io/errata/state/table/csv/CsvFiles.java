package io.errata.state.table.csv;

import java.nio.file.Path;

/** The files beside a table. */
final class CsvFiles {
  private static final String LEDGER = ".errata-ledger.jsonl";
  private static final String LOCK = ".errata-lock";
  private static final String DRAFT = ".errata-draft";

  private CsvFiles() {}

  static Path ledger(Path table) {
    return table.resolveSibling(table.getFileName() + LEDGER);
  }

  /** Hidden, and never deleted: whoever waits for it would wait for a file that is gone. */
  static Path lock(Path table) {
    return table.resolveSibling("." + table.getFileName() + LOCK);
  }

  /** What the table is going to be. One name, since only who holds the lock writes it. */
  static Path draft(Path table) {
    return table.resolveSibling("." + table.getFileName() + DRAFT);
  }

  /** Whether a file is one that Errata keeps beside a table. */
  static boolean isOwn(String name) {
    return name.endsWith(LEDGER) || name.endsWith(LOCK) || name.endsWith(DRAFT);
  }
}
