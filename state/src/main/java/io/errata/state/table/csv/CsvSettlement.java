package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out how a write has ended that a crash has cut off. */
final class CsvSettlement {
  private CsvSettlement() {}

  /**
   * Whether the file was replaced. It says so by its digest, or, where somebody has written to it
   * since, by its rows: a write does all of them at once, so that one that is as it was written is
   * proof of all.
   */
  static boolean wasDone(CsvFile file, Path table, CsvLedger ledger, CsvLedger.Write write)
      throws IOException {
    if (!ledger.isWhole(write)) {
      return false;
    }
    Optional<Digest> now = CsvFile.digest(table);
    if (now.equals(Optional.of(write.after()))) {
      return true;
    }
    if (now.equals(Optional.of(write.before()))) {
      return false;
    }
    Rows rows = new Rows(ledger.rows(write.entry().id()));
    CsvPass.over(file, table, rows, CsvLiveTable.OPEN);
    return rows.hasOneAsWritten();
  }

  /** Compares rows with what the ledger has of them. */
  private static final class Rows implements CsvPass.Visitor {
    private final Map<Digest, Optional<Digest>> written;
    private final Set<Digest> there = new HashSet<>();
    private boolean found;

    Rows(Map<Digest, Optional<Digest>> written) {
      this.written = written;
    }

    @Override
    public void row(CsvLayout layout, CsvRecords records, List<@Nullable String> texts) {
      Row key = layout.key(texts, records.line());
      Digest digest = Digest.ofText(layout.place(key));
      Optional<Digest> after = written.get(digest);
      if (after != null) {
        there.add(digest);
        found |= after.equals(Optional.of(new Image(texts).digest()));
      }
    }

    boolean hasOneAsWritten() {
      boolean onlyDeletes = written.values().stream().allMatch(Optional::isEmpty);
      return found || (onlyDeletes && there.isEmpty());
    }
  }
}
