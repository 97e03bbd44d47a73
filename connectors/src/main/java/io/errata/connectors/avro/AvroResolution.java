package io.errata.connectors.avro;

import io.errata.connectors.read.ContentException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Resolver;
import org.apache.avro.Resolver.Action;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;

/**
 * How values of a writer's schema become those of a reader's, by Avro's own resolver: aliases,
 * defaults, promotions. Beyond it, what the resolver lets pass and would change what a value means
 * is refused: records of another name, and a date that would be read as a timestamp.
 *
 * <p>Rules: Apache Avro 1.11 specification, "Schema Resolution".
 */
final class AvroResolution {
  private AvroResolution() {}

  /**
   * @throws ContentException where a value of the writer's is none of the reader's, naming the
   *     field
   */
  static Action of(Schema writer, Schema reader) throws ContentException {
    Action action;
    try {
      // The names are compared below: the resolver leaves those of records out.
      action = Resolver.resolve(writer, reader);
    } catch (AvroRuntimeException | StackOverflowError e) {
      throw new ContentException("its schema can't be brought to the reader's", e);
    }
    @Nullable String problem =
        problem(action, "", Collections.newSetFromMap(new IdentityHashMap<>()));
    if (problem == null && !isSameName(action)) {
      problem = "it is a " + writer.getName() + ", and the reader's a " + reader.getName();
    }
    if (problem != null) {
      throw new ContentException("its schema doesn't fit the reader's: " + problem);
    }
    return action;
  }

  private static boolean isSameName(Action action) {
    return !(action instanceof Resolver.RecordAdjust struct)
        || struct.writer.getName().equals(struct.reader.getName());
  }

  /** Why no value can be read at all, or null; what only some values of a union are is left out. */
  private static @Nullable String problem(Action action, String path, Set<Action> seen) {
    if (action instanceof Resolver.ErrorAction error) {
      return where(path) + reason(error);
    }
    if (!seen.add(action)) {
      return null;
    }
    if (action instanceof Resolver.ReaderUnion union) {
      return problem(union.actualAction, path, seen);
    }
    if (action instanceof Resolver.WriterUnion union) {
      return problem(union, path, seen);
    }
    if (action instanceof Resolver.Container container) {
      return problem(container.elementAction, path, seen);
    }
    if (action instanceof Resolver.RecordAdjust struct) {
      for (int i = 0; i < struct.fieldActions.length; i++) {
        if (struct.fieldActions[i].type != Action.Type.SKIP) {
          String name = struct.writer.getFields().get(i).name();
          @Nullable String found =
              problem(struct.fieldActions[i], path.isEmpty() ? name : path + "." + name, seen);
          if (found != null) {
            return found;
          }
        }
      }
      return null;
    }
    return meaning(action, path);
  }

  private static @Nullable String problem(
      Resolver.WriterUnion union, String path, Set<Action> seen) {
    @Nullable String first = null;
    for (Action branch : union.actions) {
      @Nullable String found = problem(branch, path, seen);
      if (found == null && branch.writer.getType() != Schema.Type.NULL) {
        return null;
      }
      first = first == null ? found : first;
    }
    return first;
  }

  private static @Nullable String meaning(Action action, String path) {
    boolean isLeaf = action.type == Action.Type.DO_NOTHING || action.type == Action.Type.PROMOTE;
    if (!isLeaf
        || AvroTypes.means(action.writer) == null
        || AvroTypes.means(action.reader) == null) {
      return null;
    }
    return AvroTypes.means(action.writer) == AvroTypes.means(action.reader)
        ? null
        : where(path)
            + "written as "
            + AvroTypes.column(action.writer).description()
            + ", wanted as "
            + AvroTypes.column(action.reader).description();
  }

  private static String where(String path) {
    return path.isEmpty() ? "" : path + " is ";
  }

  private static String reason(Resolver.ErrorAction error) {
    return switch (error.error) {
      case MISSING_REQUIRED_FIELD ->
          "without the field " + missing(error) + ", which has no default";
      case SIZES_DONT_MATCH -> "of another size";
      default -> "written as " + name(error.writer) + ", wanted as " + name(error.reader);
    };
  }

  private static String missing(Resolver.ErrorAction error) {
    return error.reader.getFields().stream()
        .filter(field -> !field.hasDefaultValue())
        .map(Schema.Field::name)
        .filter(name -> error.writer.getField(name) == null)
        .findFirst()
        .orElse("");
  }

  private static String name(Schema schema) {
    return schema.getType() == Schema.Type.UNION
        ? "one of several types"
        : AvroTypes.column(schema).description();
  }

  /** A value in memory as Avro writes it, so that it is read as any other. */
  static byte[] encoded(Schema schema, @Nullable Object value) throws ContentException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
      new GenericDatumWriter<@Nullable Object>(schema).write(value, out);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException | RuntimeException e) {
      throw new ContentException("a default is none of its type", e);
    }
  }
}
