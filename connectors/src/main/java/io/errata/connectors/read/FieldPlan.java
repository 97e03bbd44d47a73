package io.errata.connectors.read;

import io.errata.api.ColumnType;
import io.errata.connectors.event.EventField;
import io.errata.connectors.event.EventSchema;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The fields that have to be decoded for a schema: each path once, and where each use of it is
 * found.
 */
public final class FieldPlan {
  private final EventSchema schema;
  private final Map<String, Integer> ordinals = new LinkedHashMap<>();
  private final int id;
  private final int time;
  private final int type;
  private final int[] sequence;
  private final int[] payload;

  public FieldPlan(EventSchema schema) {
    this.schema = schema;
    id = schema.isIdPosition() ? -1 : add(schema.id());
    time = add(schema.time());
    type = schema.type() == null ? -1 : add(schema.type());
    sequence = schema.sequence().stream().mapToInt(field -> add(field.path())).toArray();
    payload = schema.payload().stream().mapToInt(field -> add(field.path())).toArray();
  }

  private int add(String path) {
    return ordinals.computeIfAbsent(path, absent -> ordinals.size());
  }

  public EventSchema schema() {
    return schema;
  }

  /** Dotted, distinct; a path's place is its ordinal. */
  public List<String> paths() {
    return List.copyOf(ordinals.keySet());
  }

  public int size() {
    return ordinals.size();
  }

  /** -1 where events have no id. */
  public int id() {
    return id;
  }

  public int time() {
    return time;
  }

  /** -1 where events have no type. */
  public int type() {
    return type;
  }

  int sequence(int place) {
    return sequence[place];
  }

  int payload(int place) {
    return payload[place];
  }

  /** The fields that have a type to be converted to, which are sequence and payload. */
  public List<EventField> typedFields() {
    List<EventField> fields = new ArrayList<>(schema.sequence());
    fields.addAll(schema.payload());
    return fields;
  }

  /**
   * Whether a number at a path is wanted as binary floating point and as nothing else, so that -0.0
   * keeps its sign.
   */
  public boolean isDoubleOnly(String path) {
    return !List.of(schema.id(), schema.time()).contains(path)
        && !path.equals(schema.type())
        && Set.of(ColumnType.DOUBLE).equals(typesOf(path));
  }

  /** The types that a path is wanted as. */
  public Set<ColumnType> typesOf(String path) {
    Set<ColumnType> types = EnumSet.noneOf(ColumnType.class);
    for (EventField field : typedFields()) {
      if (field.path().equals(path)) {
        types.add(field.type());
      }
    }
    return types;
  }
}
