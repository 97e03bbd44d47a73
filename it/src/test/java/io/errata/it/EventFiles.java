package io.errata.it;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.file.DataFileWriter;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.jspecify.annotations.Nullable;

/** Writes events to files of each format. */
final class EventFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private EventFiles() {}

  /** What a file holds, and how. */
  enum Format {
    PARQUET("parquet", "parquet"),
    AVRO("avro", "avro"),
    CSV("csv", "csv"),
    CSV_GZIP("csv", "csv.gz"),
    JSONL("jsonl", "jsonl"),
    JSONL_GZIP("jsonl", "jsonl.gz");

    private final String spec;
    private final String extension;

    Format(String spec, String extension) {
      this.spec = spec;
      this.extension = extension;
    }

    /** As a spec names it. */
    String spec() {
      return spec;
    }

    String extension() {
      return extension;
    }
  }

  /** Writes one file; Parquet as DuckDB does by default. */
  static void write(DuckDb duck, Path file, Format format, List<ArchivedEvent> events) {
    write(duck, file, format, events, "COMPRESSION snappy");
  }

  /**
   * Writes one file.
   *
   * @param parquet options of DuckDB's COPY, for Parquet
   */
  static void write(
      DuckDb duck, Path file, Format format, List<ArchivedEvent> events, String parquet) {
    try {
      Files.createDirectories(file.getParent());
      switch (format) {
        case PARQUET -> parquet(duck, file, events, parquet);
        case AVRO -> avro(file, events);
        case CSV, CSV_GZIP -> csv(file, events);
        case JSONL, JSONL_GZIP -> jsonl(file, events);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What DuckDB reads files of a format with; every field has its type. */
  static String duckSource(Path folder, Format format) {
    String files = "'" + folder + "/**/*." + format.extension() + "'";
    if (format == Format.PARQUET) {
      return "(SELECT " + casts() + " FROM read_parquet(" + files + ", hive_partitioning=false))";
    }
    StringBuilder columns = new StringBuilder("{");
    for (ArchivedEvent.Field field : ArchivedEvent.FIELDS) {
      columns.append(columns.length() == 1 ? "" : ", ").append(field.name()).append(": 'VARCHAR'");
    }
    columns.append('}');
    return format.spec().equals("csv")
        ? "(SELECT "
            + casts()
            + " FROM read_csv("
            + files
            + ", columns="
            + columns
            + ", header=true, quote='\"', escape='\"', delim=',', auto_detect=false, allow_quoted_nulls=false,"
            + " strict_mode=true, hive_partitioning=false, parallel=false))"
        : "(SELECT "
            + casts()
            + " FROM read_json("
            + files
            + ", columns="
            + columns
            + ", format='newline_delimited', hive_partitioning=false))";
  }

  private static String casts() {
    StringBuilder casts = new StringBuilder();
    for (ArchivedEvent.Field field : ArchivedEvent.FIELDS) {
      casts
          .append(casts.isEmpty() ? "" : ", ")
          .append("CAST(")
          .append(field.name())
          .append(" AS ")
          .append(field.duckType())
          .append(") AS ")
          .append(field.name());
    }
    return casts.toString();
  }

  private static void parquet(DuckDb duck, Path file, List<ArchivedEvent> events, String options)
      throws IOException {
    Path texts = Files.createTempFile("errata-events", ".jsonl");
    try {
      jsonl(texts, events);
      duck.execute(
          "COPY "
              + duckSource(texts.getParent(), Format.JSONL)
                  .replace(texts.getParent() + "/**/*.jsonl", texts.toString())
              + " TO '"
              + file
              + "' (FORMAT parquet, "
              + options
              + ")");
    } finally {
      Files.delete(texts);
    }
  }

  private static Writer open(Path file) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    return new OutputStreamWriter(
        file.toString().endsWith(".gz") ? new GZIPOutputStream(out) : out, StandardCharsets.UTF_8);
  }

  private static void jsonl(Path file, List<ArchivedEvent> events) throws IOException {
    try (Writer out = open(file)) {
      for (ArchivedEvent event : events) {
        out.write(json(event));
        out.write('\n');
      }
    }
  }

  /** One event as a JSON object, in one line. */
  static String json(ArchivedEvent event) throws IOException {
    ObjectNode line = JSON.createObjectNode();
    for (Map.Entry<String, @Nullable Object> field : event.values().entrySet()) {
      Object value = field.getValue();
      if (value instanceof Integer number) {
        line.put(field.getKey(), number);
      } else if (value instanceof Long number) {
        line.put(field.getKey(), number);
      } else if (value instanceof Double number) {
        line.put(field.getKey(), number);
      } else if (value instanceof BigDecimal number) {
        line.put(field.getKey(), number);
      } else if (value != null) {
        line.put(field.getKey(), value.toString());
      } else if (event.id().length() % 2 == 0) {
        // A field that is null is there in some lines and not in others.
        line.putNull(field.getKey());
      }
    }
    return JSON.writeValueAsString(line);
  }

  private static void csv(Path file, List<ArchivedEvent> events) throws IOException {
    try (Writer out = open(file)) {
      StringBuilder header = new StringBuilder();
      ArchivedEvent.FIELDS.forEach(
          field -> header.append(header.isEmpty() ? "" : ",").append(field.name()));
      out.write(header + "\n");
      for (ArchivedEvent event : events) {
        StringBuilder line = new StringBuilder();
        int column = 0;
        for (Object value : event.values().values()) {
          line.append(column++ == 0 ? "" : ",").append(csv(value));
        }
        out.write(line + "\n");
      }
    }
  }

  /** Null is nothing, and an empty text two quotes. */
  static String csv(@Nullable Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof BigDecimal number) {
      return number.toPlainString();
    }
    return value instanceof String text ? '"' + text.replace("\"", "\"\"") + '"' : value.toString();
  }

  private static void avro(Path file, List<ArchivedEvent> events) throws IOException {
    SchemaBuilder.FieldAssembler<Schema> fields = SchemaBuilder.record("Event").fields();
    for (ArchivedEvent.Field field : ArchivedEvent.FIELDS) {
      Schema type =
          switch (field.specType()) {
            case "int" -> Schema.create(Schema.Type.INT);
            case "long" -> Schema.create(Schema.Type.LONG);
            case "double" -> Schema.create(Schema.Type.DOUBLE);
            case "timestamp" ->
                org.apache.avro.LogicalTypes.timestampMicros()
                    .addToSchema(Schema.create(Schema.Type.LONG));
            case "date" ->
                org.apache.avro.LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT));
            case "decimal" ->
                org.apache.avro.LogicalTypes.decimal(14, 2)
                    .addToSchema(Schema.create(Schema.Type.BYTES));
            default -> Schema.create(Schema.Type.STRING);
          };
      fields =
          fields
              .name(field.name())
              .type(Schema.createUnion(Schema.create(Schema.Type.NULL), type))
              .noDefault();
    }
    Schema schema = fields.endRecord();
    try (DataFileWriter<GenericRecord> writer =
        new DataFileWriter<>(new GenericDatumWriter<GenericRecord>(schema))) {
      writer.create(schema, file.toFile());
      for (ArchivedEvent event : events) {
        GenericRecord record = new GenericData.Record(schema);
        event.values().forEach((name, value) -> record.put(name, avro(value)));
        writer.append(record);
      }
    }
  }

  private static @Nullable Object avro(@Nullable Object value) {
    if (value instanceof Instant time) {
      return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }
    if (value instanceof LocalDate date) {
      return (int) date.toEpochDay();
    }
    return value instanceof BigDecimal number
        ? ByteBuffer.wrap(number.setScale(2).unscaledValue().toByteArray())
        : value;
  }
}
