package io.errata.jobs.graph;

import io.errata.api.ColumnType;
import io.errata.api.Effect;
import io.errata.api.Effects;
import io.errata.api.Event;
import io.errata.api.Position;
import io.errata.api.RejectedEventException;
import io.errata.api.Row;
import io.errata.api.RowSchema;
import io.errata.api.Worker;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventRecord;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.EventSchema.TimeUnit;
import io.errata.state.digest.CanonicalForm;
import io.errata.state.table.Image;
import io.errata.state.table.LiveRow;
import io.errata.state.table.TableColumn;
import io.errata.state.table.TableColumn.Origin;
import io.errata.state.table.TableColumn.Storage;
import io.errata.state.table.TableDescription;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A table of the last words of users, whose worker tells the order in which it saw them. */
final class Fixtures {
  static final EventSchema EVENTS =
      new EventSchema(
          "id",
          "ts",
          TimeUnit.MILLIS,
          null,
          List.of(new EventField("seq", ColumnType.LONG)),
          List.of(
              new EventField("user_id", ColumnType.TEXT), new EventField("word", ColumnType.TEXT)));

  static final TableDescription TABLE =
      new TableDescription(
          "public.words",
          List.of(
              new TableColumn("user_id", Storage.TEXT, "text", 0, 0, 0, false, Origin.WRITTEN),
              new TableColumn("words", Storage.TEXT, "text", 0, 0, 0, true, Origin.WRITTEN)),
          List.of("user_id"),
          List.of("words"));

  private Fixtures() {}

  static EventRecord event(String id, String time, long sequence, String user, String word) {
    return new EventRecord(
        EVENTS.payloadSchema(),
        id,
        Instant.parse(time),
        "",
        new Object[] {sequence},
        new Object[] {user, word},
        new Position("file", 0),
        null);
  }

  static Row key(String user) {
    return Row.of(TABLE.keySchema(), user);
  }

  static KeyedRecord.Touch touch(EventRecord event) {
    Row key = key(event.asText("user_id"));
    return new KeyedRecord.Touch(CanonicalForm.of(key), key, event);
  }

  static KeyedRecord.Live live(String user, @Nullable String words) {
    return new KeyedRecord.Live(
        CanonicalForm.of(key(user)),
        new LiveRow(Row.of(TABLE.values(), user, words), new Image(Arrays.asList(user, words))));
  }

  static KeyedRecord.Base base(String user, String words) {
    return new KeyedRecord.Base(
        CanonicalForm.of(key(user)), key(user), Row.of(TABLE.compareSchema(), words));
  }

  /**
   * Joins the words of a user; rejects {@code bad}, dies of {@code worse}, and would send {@code
   * loud}.
   */
  static final class WordsWorker implements Worker<StringBuilder> {
    @Override
    public String name() {
      return "words";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public RowSchema reads() {
      return EVENTS.payloadSchema();
    }

    @Override
    public RowSchema key() {
      return TABLE.keySchema();
    }

    @Override
    public RowSchema columns() {
      return TABLE.compareSchema();
    }

    @Override
    public List<Row> keys(Event event) {
      return List.of(Row.of(key(), event.asText("user_id")));
    }

    @Override
    public StringBuilder start(Row key) {
      return new StringBuilder();
    }

    @Override
    public StringBuilder resume(Row key, Row base) {
      return new StringBuilder(base.asText("words"));
    }

    @Override
    public StringBuilder apply(StringBuilder state, Row key, Event event, Effects effects) {
      String word = event.asText("word");
      if (word.equals("bad")) {
        throw new RejectedEventException("a bad word");
      }
      if (word.equals("worse")) {
        throw new IllegalStateException("secret " + word);
      }
      if (word.equals("loud")) {
        effects.perform(new Effect("shout", key.asText("user_id"), word));
      }
      switch (word) {
        case "deep" -> deeper(state, key, event, effects);
        case "asserting" -> throw new AssertionError("secret " + word);
        case "checked" ->
            throw Fixtures.WordsWorker.<RuntimeException>sneaky(new IOException("secret " + word));
        case "huge" -> throw new OutOfMemoryError("made up");
        case "unlinked" -> throw new NoClassDefFoundError("no/Such");
        case "unlinkedForMemory" ->
            throw new ExceptionInInitializerError(new OutOfMemoryError("made up"));
        case "loudAndDeaf" -> {
          try {
            effects.perform(new Effect("shout", key.asText("user_id"), word));
          } catch (RuntimeException e) {
            return state;
          }
        }
        default -> {}
      }
      return state.append(state.isEmpty() ? "" : " ").append(word);
    }

    private StringBuilder deeper(StringBuilder state, Row key, Event event, Effects effects) {
      return apply(state, key, event, effects).append(event.id());
    }

    @SuppressWarnings("unchecked") // what is thrown is not checked at run time
    private static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
      throw (T) thrown;
    }

    @Override
    public Optional<Row> result(Row key, StringBuilder state) {
      if (state.toString().equals("foreign")) {
        return Optional.of(Row.of(TABLE.values(), "somebody else", "foreign"));
      }
      return state.toString().equals("nothing")
          ? Optional.empty()
          : Optional.of(Row.of(columns(), state.toString()));
    }
  }
}
