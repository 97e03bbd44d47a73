package io.errata.state.table.csv;

import io.errata.api.Row;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import io.errata.state.table.WriteResult;
import io.errata.state.table.WriteResult.Readback;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a table after it was written. */
final class CsvReadback {
  private CsvReadback() {}

  /**
   * Compares the file with what was written into it. Rows that are not so were written by somebody
   * else since: the file was in its place as a whole.
   */
  static Readback read(CsvFile file, Path table, CsvLedger.Write write, CsvDraft.Written draft) {
    try {
      if (CsvFile.digest(table).equals(Optional.of(write.after()))) {
        return new Readback(draft.rows().size(), 0, List.of());
      }
      Rows rows = new Rows(draft.rows());
      CsvPass.over(file, table, rows, CsvLiveTable.OPEN);
      long verified = rows.verified();
      return new WriteResult.Readback(verified, draft.rows().size() - verified, List.of());
    } catch (IOException e) {
      throw CsvErrors.failed(
          "Cannot read back plan "
              + write.entry().plan()
              + ", which was written (ledger row "
              + write.entry().id()
              + ")",
          e);
    }
  }

  /** Counts the rows that are as they were written. */
  private static final class Rows implements CsvPass.Visitor {
    private final Map<Digest, Optional<Digest>> written;
    private final Set<Digest> there = new HashSet<>();
    private long same;

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
        same += after.equals(Optional.of(new Image(texts).digest())) ? 1 : 0;
      }
    }

    long verified() {
      long gone =
          written.entrySet().stream()
              .filter(row -> row.getValue().isEmpty() && !there.contains(row.getKey()))
              .count();
      return same + gone;
    }
  }
}
