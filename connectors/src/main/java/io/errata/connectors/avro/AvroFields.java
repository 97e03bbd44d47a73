package io.errata.connectors.avro;

import io.errata.connectors.event.Unreadable;
import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Resolver;
import org.apache.avro.Resolver.Action;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Walks over one value of a schema, and takes the wanted fields. Made once for a schema, or for a
 * writer's schema and the reader's; thread-safe.
 */
public abstract sealed class AvroFields {
  private static final Unreadable STRUCTURE = new Unreadable("a structure, not a value");

  /** What is wanted at or below a place: the rest of each path, empty for the place itself. */
  private record Wanted(List<String> names, List<Integer> ordinals) {
    static Wanted of(List<String> paths) {
      List<Integer> ordinals = new ArrayList<>();
      for (int i = 0; i < paths.size(); i++) {
        ordinals.add(i);
      }
      return new Wanted(paths, ordinals);
    }

    Wanted below(String field) {
      Wanted below = new Wanted(new ArrayList<>(), new ArrayList<>());
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        if (name.equals(field) || name.startsWith(field + ".")) {
          below.names.add(name.substring(Math.min(name.length(), field.length() + 1)));
          below.ordinals.add(ordinals.get(i));
        }
      }
      return below;
    }

    boolean isNothing() {
      return names.isEmpty();
    }

    /** The place of the value itself, or -1. */
    int ordinal() {
      int here = names.indexOf("");
      return here < 0 ? -1 : ordinals.get(here);
    }
  }

  private AvroFields() {}

  /** Those of values that are read as they were written; paths are dotted. */
  public static AvroFields of(Schema schema, List<String> paths) {
    return of(schema, Wanted.of(paths));
  }

  /**
   * Those of values that were written with one schema and are read with another, by Avro's rules
   * for it; paths are the reader's.
   *
   * @throws ContentException where the schemas don't fit together, naming the field
   */
  public static AvroFields of(Schema writer, Schema reader, List<String> paths)
      throws ContentException {
    return of(AvroResolution.of(writer, reader), Wanted.of(paths));
  }

  /**
   * Reads one value, and puts what is wanted of it at its place; the places must be null before.
   */
  public abstract void read(AvroBlock in, @Nullable Object[] values) throws IOException;

  private static AvroFields of(Schema schema, Wanted wanted) {
    if (wanted.isNothing()) {
      return new Skipped(schema);
    }
    return switch (schema.getType()) {
      case UNION -> {
        List<AvroFields> branches = new ArrayList<>();
        schema.getTypes().forEach(branch -> branches.add(of(branch, wanted)));
        yield new Union(branches);
      }
      case RECORD -> {
        List<AvroFields> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
          fields.add(of(field.schema(), wanted.below(field.name())));
        }
        yield new Struct(fields, wanted.ordinal(), new int[0], new @Nullable Object[0]);
      }
      case ARRAY, MAP -> new Several(schema, wanted.ordinal());
      default ->
          wanted.ordinal() < 0
              ? new Skipped(schema)
              : new Leaf(AvroTypes.value(schema), wanted.ordinal());
    };
  }

  private static AvroFields of(Action action, Wanted wanted) throws ContentException {
    if (action instanceof Resolver.ErrorAction) {
      return new Unfit();
    }
    if (action instanceof Resolver.ReaderUnion union) {
      return of(union.actualAction, wanted);
    }
    if (action instanceof Resolver.WriterUnion union) {
      List<AvroFields> branches = new ArrayList<>();
      for (Action branch : union.actions) {
        branches.add(of(branch, wanted));
      }
      return new Union(branches);
    }
    if (wanted.isNothing() || action.type == Action.Type.SKIP) {
      return new Skipped(action.writer);
    }
    if (action instanceof Resolver.RecordAdjust struct) {
      return struct(struct, wanted);
    }
    if (action instanceof Resolver.Container) {
      return new Several(action.writer, wanted.ordinal());
    }
    return wanted.ordinal() < 0
        ? new Skipped(action.writer)
        : new Leaf(AvroTypes.value(action), wanted.ordinal());
  }

  private static AvroFields struct(Resolver.RecordAdjust struct, Wanted wanted)
      throws ContentException {
    List<AvroFields> fields = new ArrayList<>();
    List<Schema.Field> written = struct.writer.getFields();
    for (int i = 0; i < written.size(); i++) {
      // Aliases have been put in the writer's names already.
      fields.add(of(struct.fieldActions[i], wanted.below(written.get(i).name())));
    }
    List<Integer> ordinals = new ArrayList<>();
    List<@Nullable Object> defaults = new ArrayList<>();
    for (int i = struct.firstDefault; i < struct.readerOrder.length; i++) {
      Schema.Field field = struct.readerOrder[i];
      Wanted below = wanted.below(field.name());
      if (!below.isNothing()) {
        @Nullable Object[] values = values(field, struct.defaults[i - struct.firstDefault], below);
        for (int j = 0; j < values.length; j++) {
          ordinals.add(below.ordinals().get(j));
          defaults.add(values[j]);
        }
      }
    }
    return new Struct(
        fields,
        wanted.ordinal(),
        ordinals.stream().mapToInt(Integer::intValue).toArray(),
        defaults.toArray());
  }

  /** What is wanted of a default, in the order in which it is wanted. */
  private static @Nullable Object[] values(
      Schema.Field field, @Nullable Object given, Wanted wanted) throws ContentException {
    @Nullable Object[] values = new @Nullable Object[wanted.names().size()];
    try {
      AvroFields fields = of(field.schema(), Wanted.of(wanted.names()));
      byte[] encoded = AvroResolution.encoded(field.schema(), given);
      fields.read(new AvroBlock(encoded, 0, encoded.length), values);
      return values;
    } catch (IOException e) {
      throw new ContentException("the default of the field " + field.name() + " can't be used", e);
    }
  }

  private static final class Skipped extends AvroFields {
    private final Schema schema;

    Skipped(Schema schema) {
      this.schema = schema;
    }

    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      in.skip(schema);
    }
  }

  private static final class Leaf extends AvroFields {
    private final AvroValue value;
    private final int ordinal;

    Leaf(AvroValue value, int ordinal) {
      this.value = value;
      this.ordinal = ordinal;
    }

    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      values[ordinal] = value.decode(in);
    }
  }

  /** A list or a map, which has no one value. */
  private static final class Several extends AvroFields {
    private final Schema schema;
    private final int ordinal;

    Several(Schema schema, int ordinal) {
      this.schema = schema;
      this.ordinal = ordinal;
    }

    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      in.skip(schema);
      if (ordinal >= 0) {
        values[ordinal] = STRUCTURE;
      }
    }
  }

  private static final class Struct extends AvroFields {
    private final AvroFields[] fields;
    private final int ordinal;
    private final int[] defaultOrdinals;
    private final @Nullable Object[] defaults;

    Struct(
        List<AvroFields> fields, int ordinal, int[] defaultOrdinals, @Nullable Object[] defaults) {
      this.fields = fields.toArray(new AvroFields[0]);
      this.ordinal = ordinal;
      this.defaultOrdinals = defaultOrdinals;
      this.defaults = defaults;
    }

    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      for (AvroFields field : fields) {
        field.read(in, values);
      }
      for (int i = 0; i < defaultOrdinals.length; i++) {
        values[defaultOrdinals[i]] = defaults[i];
      }
      if (ordinal >= 0) {
        values[ordinal] = STRUCTURE;
      }
    }
  }

  private static final class Union extends AvroFields {
    private final AvroFields[] branches;

    Union(List<AvroFields> branches) {
      this.branches = branches.toArray(new AvroFields[0]);
    }

    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      branches[in.branch(branches.length)].read(in, values);
    }
  }

  /** A branch of the writer's union that the reader's schema has nothing for. */
  private static final class Unfit extends AvroFields {
    @Override
    public void read(AvroBlock in, @Nullable Object[] values) throws IOException {
      throw new ContentException("a union's value is of a type that the reader's schema lacks");
    }
  }
}
