package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Row;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.digest.Digest;
import io.errata.state.digest.SetDigest;
import io.errata.state.plan.Correction;
import io.errata.state.plan.CorrectionCounts;
import io.errata.state.plan.CorrectionReader;
import io.errata.state.table.Image;
import io.errata.state.table.LedgerEntry.Action;
import io.errata.state.table.LiveRow;
import io.errata.state.table.WriteRequest;
import java.io.ByteArrayOutputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * A temporary table with a row for each correction of a plan, or of its inverse. It outlives the
 * transaction that writes, so that the rows can be read back by it.
 *
 * <table>
 *   <caption>Columns</caption>
 *   <tr><td>errata_number</td><td>from 1, in the order of the plan</td></tr>
 *   <tr><td>errata_op</td><td>I, U or D: what is done to the row</td></tr>
 *   <tr><td>errata_key</td><td>digest of the key's canonical form</td></tr>
 *   <tr><td>errata_k0…</td><td>key columns, typed as in the table</td></tr>
 *   <tr><td>errata_c0…</td><td>of an apply: the compared columns as they should be</td></tr>
 *   <tr><td>errata_b0…</td><td>of a rollback: the texts of all columns as they were</td></tr>
 *   <tr><td>errata_guard</td><td>digest of the row as it has to be found</td></tr>
 *   <tr><td>errata_applied</td><td>of a rollback: digest of key and compared columns as the apply wrote them</td></tr>
 *   <tr><td>errata_expected</td><td>digest of the row as it has to be afterwards: of an apply that of key and compared
 *       columns, of a rollback that of the whole row</td></tr>
 *   <tr><td>errata_listed</td><td>of a rollback: whether the ledger has the row</td></tr>
 *   <tr><td>errata_conflict</td><td>why the row isn't written, or null</td></tr>
 * </table>
 */
final class Stage {
  static final String NAME = "pg_temp.errata_stage";

  private static final int CHUNK = 1 << 16;

  private final Session session;
  private final Table table;
  private final WriteRequest request;
  private final Action action;
  private long staged;

  private Stage(Session session, Table table, WriteRequest request, Action action) {
    this.session = session;
    this.table = table;
    this.request = request;
    this.action = action;
  }

  static String key(int i) {
    return "errata_k" + i;
  }

  static String compared(int i) {
    return "errata_c" + i;
  }

  static String before(int i) {
    return "errata_b" + i;
  }

  /**
   * Creates and fills the table.
   *
   * @throws ErrataException INVALID_PLAN where the corrections aren't those that the plan says it
   *     has
   */
  static void fill(Session session, Table table, WriteRequest request, Action action)
      throws SQLException {
    new Stage(session, table, request, action).fill();
  }

  static void drop(Session session) throws SQLException {
    session.execute("DROP TABLE IF EXISTS " + NAME);
  }

  private void fill() throws SQLException {
    create();
    CopyIn copy = session.copy().copyIn("COPY " + NAME + " (" + columns() + ") FROM STDIN");
    try {
      copyAll(copy);
    } catch (SQLException e) {
      Optional<Long> line = SqlErrors.copiedLine(e);
      if (line.isPresent() && (SqlErrors.valueRefused(e) || SqlErrors.constraint(e).isPresent())) {
        throw unfit(key(line.get()), e);
      }
      throw e;
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
    try {
      session.execute("CREATE UNIQUE INDEX ON " + NAME + " (" + keys() + ")");
    } catch (SQLException e) {
      if (SqlErrors.is(e, SqlErrors.UNIQUE_VIOLATION)) {
        throw refused("it corrects a row twice", e);
      }
      if (SqlErrors.valueRefused(e)) {
        throw unfit(longestKey(), e);
      }
      throw e;
    }
    session.execute("ANALYZE " + NAME);
  }

  private void create() throws SQLException {
    drop(session);
    StringJoiner columns = new StringJoiner(", ");
    columns
        .add("0::bigint AS errata_number")
        .add("''::text AS errata_op")
        .add("NULL::bytea AS errata_key");
    List<String> key = table.description().key();
    for (int i = 0; i < key.size(); i++) {
      // Taken from the table, so that type and collation are those of the column.
      columns.add("t." + SqlText.identifier(key.get(i)) + " AS " + key(i));
    }
    if (action == Action.APPLY) {
      List<String> compare = table.description().compare();
      for (int i = 0; i < compare.size(); i++) {
        columns.add("t." + SqlText.identifier(compare.get(i)) + " AS " + compared(i));
      }
    } else {
      for (int i = 0; i < table.columns().size(); i++) {
        columns.add("NULL::text AS " + before(i));
      }
    }
    columns
        .add("NULL::bytea AS errata_guard")
        .add("NULL::bytea AS errata_applied")
        .add("NULL::bytea AS errata_expected")
        .add("false AS errata_listed")
        .add("NULL::text AS errata_conflict");
    session.execute(
        "CREATE TEMPORARY TABLE errata_stage ON COMMIT PRESERVE ROWS AS SELECT "
            + columns
            + " FROM "
            + table.name()
            + " t WITH NO DATA");
  }

  private String columns() {
    StringJoiner columns = new StringJoiner(", ");
    columns.add("errata_number").add("errata_op").add("errata_key").add(keys());
    int others =
        action == Action.APPLY ? table.description().compare().size() : table.columns().size();
    for (int i = 0; i < others; i++) {
      columns.add(action == Action.APPLY ? compared(i) : before(i));
    }
    return columns.add("errata_guard").add("errata_applied").add("errata_expected").toString();
  }

  private String keys() {
    StringJoiner keys = new StringJoiner(", ");
    for (int i = 0; i < table.description().key().size(); i++) {
      keys.add(key(i));
    }
    return keys.toString();
  }

  private void copyAll(CopyIn copy) throws SQLException {
    SetDigest digest = SetDigest.EMPTY;
    CorrectionCounts counts = CorrectionCounts.NONE;
    ByteArrayOutputStream chunk = new ByteArrayOutputStream(CHUNK + CHUNK / 2);
    try (CorrectionReader reader = request.corrections().open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        Correction correction = next.get();
        digest = digest.add(correction.digest());
        counts = counts.plus(count(correction));
        CopyText.encode(action == Action.APPLY ? forward(correction) : inverse(correction), chunk);
        if (chunk.size() >= CHUNK) {
          copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
          chunk.reset();
        }
      }
    }
    // Before the end is sent, so that nothing of a false plan is ever staged.
    if (!digest.equals(request.corrections().digest())
        || !counts.equals(request.corrections().counts())) {
      throw refused("its corrections are not those that its manifest has", null);
    }
    copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
    copy.endCopy();
  }

  /** A value that its column doesn't take, such as one that the check of a domain refuses. */
  private ErrataException unfit(String key, SQLException cause) {
    return SqlErrors.of(
        cause,
        Attempt.verb(action)
            + " plan "
            + request.plan()
            + ": the row with "
            + key
            + " can't be written");
  }

  private String key(long number) {
    long at = 0;
    try (CorrectionReader reader = request.corrections().open()) {
      for (Optional<Correction> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (++at == number) {
          Row key = next.get().key(table.description().key());
          return table.description().key().stream()
              .map(name -> name + "=" + key.value(name))
              .collect(Collectors.joining(", "));
        }
      }
    }
    throw new IllegalStateException("Cannot find correction " + number + " that was sent");
  }

  /** What is too long for an index is not told by the server. */
  private String longestKey() throws SQLException {
    String text = Conflicts.keyText(table, "s");
    return session
        .read(
            "SELECT left("
                + text
                + ", 100) || '…' FROM "
                + NAME
                + " s ORDER BY octet_length("
                + text
                + ") DESC, errata_number LIMIT 1",
            r -> r.getString(1))
        .get(0);
  }

  private static CorrectionCounts count(Correction correction) {
    if (correction instanceof Correction.Insert) {
      return new CorrectionCounts(1, 0, 0);
    }
    return correction instanceof Correction.Update
        ? new CorrectionCounts(0, 1, 0)
        : new CorrectionCounts(0, 0, 1);
  }

  private List<@Nullable String> forward(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return applied("I", insert.after(), insert.after(), null);
    }
    if (correction instanceof Correction.Update update) {
      return applied("U", update.after(), update.after(), update.before().image());
    }
    return applied(
        "D",
        ((Correction.Delete) correction).before().values(),
        null,
        ((Correction.Delete) correction).before().image());
  }

  private List<@Nullable String> applied(
      String operation, Row key, @Nullable Row after, @Nullable Image before) {
    List<@Nullable String> fields = start(operation, key);
    for (String name : table.description().compare()) {
      Object value = after == null ? null : after.value(name);
      fields.add(value == null ? null : ValueText.print(value));
    }
    fields.add(before == null ? null : bytea(before.digest()));
    fields.add(null);
    fields.add(after == null ? null : bytea(valuesDigest(after)));
    return fields;
  }

  private List<@Nullable String> inverse(Correction correction) {
    if (correction instanceof Correction.Insert insert) {
      return undone("D", insert.after(), insert.after(), null);
    }
    if (correction instanceof Correction.Update update) {
      return undone("U", update.after(), update.after(), update.before());
    }
    LiveRow before = ((Correction.Delete) correction).before();
    return undone("I", before.values(), null, before);
  }

  private List<@Nullable String> undone(
      String operation, Row key, @Nullable Row applied, @Nullable LiveRow before) {
    List<@Nullable String> fields = start(operation, key);
    for (int i = 0; i < table.columns().size(); i++) {
      fields.add(before == null ? null : before.image().texts().get(i));
    }
    // The guard comes from the ledger.
    fields.add(null);
    fields.add(applied == null ? null : bytea(valuesDigest(applied)));
    fields.add(before == null ? null : bytea(before.image().digest()));
    return fields;
  }

  private List<@Nullable String> start(String operation, Row row) {
    List<@Nullable String> fields = new ArrayList<>();
    fields.add(Long.toString(++staged));
    fields.add(operation);
    fields.add(bytea(Digest.ofText(CanonicalForm.of(row, table.description().key()))));
    for (String name : table.description().key()) {
      Object value = row.value(name);
      if (value == null) {
        throw refused("column " + name + " of a key is null", null);
      }
      fields.add(ValueText.print(value));
    }
    return fields;
  }

  private Digest valuesDigest(Row row) {
    return Digest.ofText(CanonicalForm.of(row, table.description().values().names()));
  }

  private static String bytea(Digest digest) {
    return "\\x" + digest.hex();
  }

  private ErrataException refused(String reason, @Nullable Exception cause) {
    return new ErrataException(
        ErrorCode.INVALID_PLAN,
        Attempt.verb(action) + " plan " + request.plan() + ": " + reason,
        "Make a new plan; nothing was written.",
        cause);
  }
}
