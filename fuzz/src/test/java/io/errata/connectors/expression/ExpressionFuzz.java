package io.errata.connectors.expression;

import io.errata.api.Bytes;
import io.errata.api.Column;
import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.fuzz.Budget;
import io.errata.fuzz.Declared;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Any text as an expression: it is refused, or it is one that, printed and read again, prints the
 * same and gives the same values.
 */
public final class ExpressionFuzz {
  private static final RowSchema SCHEMA =
      RowSchema.of(
          new Column("truth", ColumnType.BOOLEAN),
          new Column("small", ColumnType.INT),
          new Column("big", ColumnType.LONG),
          new Column("amount", ColumnType.DECIMAL),
          new Column("ratio", ColumnType.DOUBLE),
          new Column("note", ColumnType.TEXT),
          new Column("raw", ColumnType.BYTES),
          new Column("day", ColumnType.DATE),
          new Column("ts", ColumnType.TIMESTAMP),
          new Column("code", ColumnType.UUID),
          new Column("user.name", ColumnType.TEXT));
  private static final List<Row> ROWS =
      List.of(
          Row.of(SCHEMA, new @Nullable Object[SCHEMA.size()]),
          Row.of(
              SCHEMA,
              true,
              -7,
              Long.MAX_VALUE,
              new BigDecimal("1.50"),
              -0.0,
              "a_b%",
              Bytes.ofHex("00ff"),
              LocalDate.of(2024, 3, 31),
              Instant.parse("2024-03-31T01:30:00.000001Z"),
              new UUID(1, 2),
              "é😀"),
          Row.of(
              SCHEMA,
              false,
              Integer.MIN_VALUE,
              0L,
              new BigDecimal("1e400"),
              Double.NaN,
              "",
              Bytes.ofHex(""),
              LocalDate.MIN,
              Instant.MAX,
              new UUID(-1, -1),
              "it's"));

  private ExpressionFuzz() {}

  public static void read(byte[] data) throws Exception {
    Budget.spend(() -> run(new String(data, StandardCharsets.UTF_8)));
  }

  private static void run(String text) {
    scalar(text);
    condition(text);
    try {
      Optional<Call> call = Call.parse(text);
      if (call.isPresent()) {
        call.get().arguments().forEach(argument -> reread(argument));
        call.get().filter().ifPresent(filter -> reread(filter));
      }
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
    }
  }

  private static void scalar(String text) {
    ScalarExpression expression;
    try {
      expression = ScalarExpression.parse(text);
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
      return;
    }
    reread(expression);
  }

  private static void reread(ScalarExpression expression) {
    String printed = expression.canonicalText();
    ScalarExpression again;
    try {
      again = ScalarExpression.parse(printed);
    } catch (ErrataException e) {
      if (e.getMessage().contains("at most") || e.getMessage().contains("too deeply")) {
        return; // the printed form has a bracket for each operator
      }
      throw new AssertionError("It can't be read again: " + printed, e);
    }
    Declared.same("It prints differently the second time", printed, again.canonicalText());
    Declared.same("It reads other fields", expression.fields(), again.fields());
    Declared.same("It has another value", values(expression), values(again));
  }

  private static List<Object> values(ScalarExpression expression) {
    List<Object> values = new ArrayList<>();
    ScalarExpression.Bound bound;
    try {
      bound = expression.bind(FieldBinding.of(SCHEMA));
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
      return List.of("refused");
    }
    for (Row row : ROWS) {
      try {
        @Nullable Object value = bound.reader().read(row);
        if (value != null
            && !bound.type().map(type -> type.javaType().isInstance(value)).orElse(false)) {
          throw new AssertionError("A value that is not of its type: " + bound.type());
        }
        values.add(value == null ? "null" : value);
      } catch (RejectedEventException e) {
        values.add("rejected");
      }
    }
    return values;
  }

  private static void condition(String text) {
    try {
      Condition condition = Conditions.parse(text);
      condition.fields();
      condition.wantedTypes();
      condition.check(SCHEMA);
      condition.conjuncts(SCHEMA);
      for (Row row : ROWS) {
        try {
          condition.holds(row);
        } catch (RejectedEventException e) {
          continue;
        }
      }
    } catch (ErrataException e) {
      Declared.check(e, ErrorCode.INVALID_SPEC);
    }
  }
}
