package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Fields;
import io.errata.api.RowSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A condition from text. It travels as that text and is parsed again where it arrives. */
final class ParsedCondition implements Condition {
  private static final long serialVersionUID = 1;

  private final String text;
  private final transient Node node;
  private transient volatile @Nullable Binding binding;

  private ParsedCondition(String text, Node node) {
    this.text = text;
    this.node = node;
  }

  static ParsedCondition of(String text) {
    return new ParsedCondition(text, SqlParser.parse(text));
  }

  /** The evaluator for events of one schema. */
  private record Binding(RowSchema schema, BoundNode condition) {}

  @Override
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    node.collectFields(fields);
    return fields;
  }

  @Override
  public boolean holds(Fields event) {
    return Boolean.TRUE.equals(bind(event.schema()).value(event));
  }

  @Override
  public Map<String, ColumnType> wantedTypes() {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    node.collectTypes(types, ColumnType.BOOLEAN);
    return types;
  }

  @Override
  public void check(RowSchema schema) {
    bind(schema);
  }

  @Override
  public List<Comparison> conjuncts(RowSchema schema) {
    bind(schema);
    List<Comparison> comparisons = new ArrayList<>();
    node.collectConjuncts(comparisons, FieldBinding.of(schema));
    return comparisons;
  }

  private BoundNode bind(RowSchema schema) {
    Binding current = binding;
    // All events of a job share one schema instance, so that this is a comparison of references but
    // for the first.
    if (current == null || current.schema() != schema) {
      current = new Binding(schema, bind(node, text, FieldBinding.of(schema)));
      binding = current;
    }
    return current.condition();
  }

  /** Binds a node that has to be a condition. */
  static BoundNode bind(Node node, String text, FieldBinding fields) {
    BoundNode bound = node.bind(fields);
    if (bound.type() != null && bound.type() != ColumnType.BOOLEAN) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot use as a condition: " + text + " (it is " + bound.type() + ")",
          "Compare it with something, such as " + text + " = …");
    }
    return bound;
  }

  private Object readResolve() {
    return of(text);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ParsedCondition that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
