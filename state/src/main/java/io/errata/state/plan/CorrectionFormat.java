package io.errata.state.plan;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;

import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.state.digest.Digest;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Corrections in a Parquet file, so that people can query a plan: {@code select op, key.user_id,
 * before.total, after.total from 'corrections/*.parquet'}.
 *
 * <p>The columns are {@code op} (insert, update or delete), {@code key}, {@code before} and {@code
 * after} with a field for each key or compared column, {@code image} with the text of each column
 * of the live row, {@code digest} with {@link Correction#digest()}, and {@code place} with {@link
 * Image#place()}. Names of the table can't collide with these, as they lie inside of the groups. An
 * update's two keys are equal by value; the one that is written is kept.
 */
final class CorrectionFormat implements EntryFormat<DigestedCorrection> {
  static final String DIGEST = "digest";
  private static final String OP = "op";
  private static final String KEY = "key";
  private static final String BEFORE = "before";
  private static final String AFTER = "after";
  private static final String IMAGE = "image";
  private static final String PLACE = "place";
  private static final String INSERT = "insert";
  private static final String UPDATE = "update";
  private static final String DELETE = "delete";

  private final List<ColumnFormat> key;
  private final List<ColumnFormat> compare;
  private final RowSchema values;
  private final MessageType schema;

  /**
   * Checks that corrections of a table can be in a file.
   *
   * @throws IllegalArgumentException where its columns don't fit together
   */
  static void check(TableDescription table) {
    var unused = new CorrectionFormat(table);
  }

  CorrectionFormat(TableDescription table) {
    this.key = formats(table, table.key());
    this.compare = formats(table, table.compare());
    this.values = table.values();
    List<Type> fields = new ArrayList<>();
    fields.add(Types.required(BINARY).as(LogicalTypeAnnotation.stringType()).named(OP));
    fields.add(group(Type.Repetition.REQUIRED, KEY, key));
    // Parquet has no groups without fields: a table of which only the key counts has neither before
    // nor after.
    if (!compare.isEmpty()) {
      fields.add(group(Type.Repetition.OPTIONAL, BEFORE, compare));
      fields.add(group(Type.Repetition.OPTIONAL, AFTER, compare));
    }
    fields.add(
        Types.optionalList()
            .optionalElement(BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(IMAGE));
    fields.add(Types.required(FIXED_LEN_BYTE_ARRAY).length(Digest.BYTES).named(DIGEST));
    fields.add(Types.optional(BINARY).as(LogicalTypeAnnotation.stringType()).named(PLACE));
    this.schema = new MessageType("correction", fields);
  }

  @Override
  public MessageType schema() {
    return schema;
  }

  @Override
  public void write(DigestedCorrection entry, Group record) {
    Correction correction = entry.correction();
    if (correction instanceof Correction.Insert insert) {
      write(record, INSERT, null, insert.after());
    } else if (correction instanceof Correction.Update update) {
      write(record, UPDATE, update.before(), update.after());
    } else if (correction instanceof Correction.Delete delete) {
      write(record, DELETE, delete.before(), null);
    }
    record.add(DIGEST, Binary.fromConstantByteArray(entry.digest().toArray()));
  }

  @Override
  public DigestedCorrection read(Group record) {
    String op = record.getString(OP, 0);
    Correction correction =
        switch (op) {
          case INSERT -> new Correction.Insert(values(record, AFTER));
          case UPDATE -> new Correction.Update(values(record, AFTER), before(record));
          case DELETE -> new Correction.Delete(before(record));
          default -> throw InvalidPlan.of("Cannot read a correction of the plan: its op is " + op);
        };
    DigestedCorrection entry = DigestedCorrection.of(correction);
    if (!Arrays.equals(record.getBinary(DIGEST, 0).getBytes(), entry.digest().toArray())) {
      throw InvalidPlan.of(
          "Cannot read a correction of the plan: its values are not those of its digest");
    }
    return entry;
  }

  private void write(Group record, String op, @Nullable LiveRow before, @Nullable Row after) {
    record.add(OP, op);
    Row row = after == null ? Objects.requireNonNull(before).values() : after;
    write(record.addGroup(KEY), key, row, 0);
    if (before != null) {
      if (!compare.isEmpty()) {
        write(record.addGroup(BEFORE), compare, before.values(), key.size());
      }
      Group image = record.addGroup(IMAGE);
      for (String text : before.image().texts()) {
        Group element = image.addGroup(0);
        if (text != null) {
          element.add(0, text);
        }
      }
      if (before.image().place() != null) {
        record.add(PLACE, before.image().place());
      }
    }
    if (after != null && !compare.isEmpty()) {
      write(record.addGroup(AFTER), compare, after, key.size());
    }
  }

  private static void write(Group group, List<ColumnFormat> columns, Row row, int first) {
    for (int i = 0; i < columns.size(); i++) {
      Object value = row.value(first + i);
      if (value != null) {
        columns.get(i).write(group, i, value);
      }
    }
  }

  private LiveRow before(Group record) {
    Group image = record.getGroup(IMAGE, 0);
    List<@Nullable String> texts = new ArrayList<>();
    for (int i = 0; i < image.getFieldRepetitionCount(0); i++) {
      Group element = image.getGroup(0, i);
      texts.add(element.getFieldRepetitionCount(0) == 0 ? null : element.getString(0, 0));
    }
    String place = record.getFieldRepetitionCount(PLACE) == 0 ? null : record.getString(PLACE, 0);
    return new LiveRow(values(record, BEFORE), new Image(texts, place));
  }

  private Row values(Group record, String compared) {
    @Nullable Object[] row = new Object[values.size()];
    read(record.getGroup(KEY, 0), key, row, 0);
    if (!compare.isEmpty()) {
      read(record.getGroup(compared, 0), compare, row, key.size());
    }
    return Row.of(values, row);
  }

  private static void read(
      Group group, List<ColumnFormat> columns, @Nullable Object[] row, int first) {
    for (int i = 0; i < columns.size(); i++) {
      if (group.getFieldRepetitionCount(i) > 0) {
        row[first + i] = columns.get(i).read(group, i);
      }
    }
  }

  private static List<ColumnFormat> formats(TableDescription table, List<String> names) {
    return names.stream().map(name -> ColumnFormat.of(table.column(name))).toList();
  }

  private static GroupType group(
      Type.Repetition repetition, String name, List<ColumnFormat> columns) {
    return new GroupType(repetition, name, columns.stream().<Type>map(ColumnFormat::type).toList());
  }
}
