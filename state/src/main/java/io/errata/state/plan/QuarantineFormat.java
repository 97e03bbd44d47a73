package io.errata.state.plan;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.apache.parquet.schema.Type.Repetition.OPTIONAL;
import static org.apache.parquet.schema.Type.Repetition.REQUIRED;

import io.errata.api.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/** Quarantined events in a Parquet file. */
final class QuarantineFormat implements EntryFormat<QuarantineEntry> {
  private static final String RAW = "raw";
  private static final String RAW_SIZE = "raw_size";
  private static final String RAW_KEY = "raw_key";

  /** All but the bytes; all that files of the first plans had. */
  private static final MessageType DESCRIPTION =
      new MessageType(
          "quarantine",
          TextColumns.of("key", OPTIONAL),
          TextColumns.of("key_form", OPTIONAL),
          TextColumns.of("event_id", OPTIONAL),
          TextColumns.of("source", REQUIRED),
          Types.required(INT64).named("offset"),
          TextColumns.of("reason", REQUIRED));

  private static final MessageType SCHEMA = withBytes();

  private final boolean readsBytes;

  private QuarantineFormat(boolean readsBytes) {
    this.readsBytes = readsBytes;
  }

  /** Entries as they are; those of files that have no bytes are without. */
  static QuarantineFormat whole() {
    return new QuarantineFormat(true);
  }

  /** Entries without their bytes, which are not read. */
  static QuarantineFormat described() {
    return new QuarantineFormat(false);
  }

  private static MessageType withBytes() {
    List<Type> columns = new ArrayList<>(DESCRIPTION.getFields());
    columns.add(Types.optional(BINARY).named(RAW));
    columns.add(Types.required(INT64).named(RAW_SIZE));
    columns.add(Types.optional(BINARY).named(RAW_KEY));
    return new MessageType(DESCRIPTION.getName(), columns);
  }

  @Override
  public MessageType schema() {
    return SCHEMA;
  }

  @Override
  public Optional<MessageType> readable(MessageType file) {
    if (!file.equals(SCHEMA) && !file.equals(DESCRIPTION)) {
      return Optional.empty();
    }
    return Optional.of(readsBytes ? file : DESCRIPTION);
  }

  @Override
  public List<String> payload() {
    return List.of(RAW, RAW_KEY);
  }

  @Override
  public void write(QuarantineEntry entry, Group record) {
    TextColumns.write(record, "key", entry.key());
    TextColumns.write(record, "key_form", entry.keyForm());
    TextColumns.write(record, "event_id", entry.eventId());
    record.add("source", entry.source());
    record.add("offset", entry.offset());
    record.add("reason", entry.reason());
    write(record, RAW, entry.raw());
    record.add(RAW_SIZE, entry.rawSize());
    write(record, RAW_KEY, entry.rawKey());
  }

  private static void write(Group record, String column, @Nullable Bytes bytes) {
    if (bytes != null) {
      record.add(column, Binary.fromConstantByteArray(bytes.toArray()));
    }
  }

  @Override
  public QuarantineEntry read(Group record) {
    boolean hasBytes = record.getType().containsField(RAW);
    return new QuarantineEntry(
        TextColumns.read(record, "key"),
        TextColumns.read(record, "key_form"),
        TextColumns.read(record, "event_id"),
        record.getString("source", 0),
        record.getLong("offset", 0),
        record.getString("reason", 0),
        hasBytes ? read(record, RAW) : null,
        hasBytes ? record.getLong(RAW_SIZE, 0) : 0,
        hasBytes ? read(record, RAW_KEY) : null);
  }

  private static @Nullable Bytes read(Group record, String column) {
    return record.getFieldRepetitionCount(column) == 0
        ? null
        : Bytes.of(record.getBinary(column, 0).getBytes());
  }
}
