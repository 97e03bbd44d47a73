package io.errata.state.plan;

import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.table.LiveRow;
import java.util.List;

/** What has to be done to one row of the live table so that it is as it was recomputed. */
public sealed interface Correction {
  /**
   * The key columns' values; a row of {@link io.errata.state.table.TableDescription#values()} holds
   * them first.
   */
  Row key(List<String> keyColumns);

  /** The digest of all that this correction says: what it does, and both images. */
  Digest digest();

  /** A row that is missing. */
  record Insert(Row after) implements Correction {
    @Override
    public Row key(List<String> keyColumns) {
      return after.project(keyColumns);
    }

    @Override
    public Digest digest() {
      return Digest.ofText("insert\n" + CanonicalForm.of(after));
    }
  }

  /** A row whose compared columns are wrong. */
  record Update(Row after, LiveRow before) implements Correction {
    @Override
    public Row key(List<String> keyColumns) {
      return after.project(keyColumns);
    }

    @Override
    public Digest digest() {
      return Digest.ofText(
          "update\n" + CanonicalForm.of(after) + "\n" + before.image().digest().hex());
    }
  }

  /** A row that should not be there. */
  record Delete(LiveRow before) implements Correction {
    @Override
    public Row key(List<String> keyColumns) {
      return before.values().project(keyColumns);
    }

    @Override
    public Digest digest() {
      return Digest.ofText(
          "delete\n" + CanonicalForm.of(before.values()) + "\n" + before.image().digest().hex());
    }
  }
}
