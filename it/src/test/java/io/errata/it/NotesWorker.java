package io.errata.it;

import io.errata.api.ColumnType;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import java.util.List;
import java.util.Optional;

/** Keeps the last note of each key of a topic; a tombstone takes the key away. */
public final class NotesWorker implements Worker<NotesWorker.Note> {
  private static final RowSchema READS =
      RowSchema.builder()
          .column("kafka.key", ColumnType.TEXT)
          .column("kafka.tombstone", ColumnType.BOOLEAN)
          .column("note", ColumnType.TEXT)
          .build();
  private static final RowSchema KEY = RowSchema.builder().column("name", ColumnType.TEXT).build();
  private static final RowSchema COLUMNS =
      RowSchema.builder().column("note", ColumnType.TEXT).build();

  /** The state of a key. */
  static final class Note {
    private Optional<String> text = Optional.empty();
  }

  @Override
  public String name() {
    return "notes";
  }

  @Override
  public int version() {
    return 1;
  }

  @Override
  public RowSchema reads() {
    return READS;
  }

  @Override
  public RowSchema key() {
    return KEY;
  }

  @Override
  public RowSchema columns() {
    return COLUMNS;
  }

  @Override
  public List<Row> keys(Event event) {
    return List.of(Row.of(KEY, event.asText("kafka.key")));
  }

  @Override
  public Note start(Row key) {
    return new Note();
  }

  @Override
  public Note apply(Note note, Row key, Event event, Effects effects) {
    note.text =
        event.asBoolean("kafka.tombstone") ? Optional.empty() : Optional.of(event.asText("note"));
    return note;
  }

  @Override
  public Optional<Row> result(Row key, Note note) {
    return note.text.map(text -> Row.of(COLUMNS, text));
  }
}
