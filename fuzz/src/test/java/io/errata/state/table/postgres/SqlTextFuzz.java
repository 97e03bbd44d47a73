package io.errata.state.table.postgres;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Any text as the SQL of a spec ({@code owns}, {@code set}), as a table's name, and as the fields
 * of a row on their way to the server and back.
 */
public final class SqlTextFuzz {
  private SqlTextFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(
        () -> {
          String text = new String(data, StandardCharsets.UTF_8);
          expression(text);
          name(text);
          fields(text);
        });
  }

  /** What is accepted can stand in parentheses, in which it is accepted again. */
  private static void expression(String text) {
    Optional<String> accepted = accepted(text);
    if (accepted.isPresent() && accepted(accepted.get() + " and " + accepted.get()).isEmpty()) {
      throw new AssertionError("It is accepted alone, and not in parentheses");
    }
    if (accepted.isPresent() && text.indexOf('\0') >= 0) {
      throw new AssertionError("A NUL is accepted, which no server takes");
    }
  }

  private static Optional<String> accepted(String text) {
    try {
      return Optional.of(Expression.of("table.owns", text));
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
      return Optional.empty();
    }
  }

  private static void name(String text) {
    try {
      TableName name = TableName.parse(text);
      String quoted =
          name.schema().map(schema -> SqlText.identifier(schema) + ".").orElse("")
              + SqlText.identifier(name.table());
      Declared.same("The name", name, TableName.parse(quoted));
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
    }
  }

  private static void fields(String text) {
    List<@Nullable String> fields = new ArrayList<>();
    for (String field : text.split("\u0001", -1)) {
      fields.add(field.equals("\u0002") ? null : field);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CopyText.encode(fields, out);
    byte[] line = out.toByteArray();
    Declared.same("The fields", fields, CopyText.decode(line, 0, line.length - 1));
  }
}
