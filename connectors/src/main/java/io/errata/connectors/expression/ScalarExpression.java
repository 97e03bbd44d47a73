package io.errata.connectors.expression;

import io.errata.api.Bucket;
import io.errata.api.ColumnType;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value computed from one event: a field, arithmetic, {@code case when}, or the start of the day
 * or the like that a time lies in. Immutable. The notation is that of {@link Conditions#parse}.
 */
public final class ScalarExpression {
  private final String text;
  private final Node node;

  ScalarExpression(String text, Node node) {
    this.text = text;
    this.node = node;
  }

  /**
   * Reads an expression.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where it isn't one, or has a part that isn't
   *     allowed
   */
  public static ScalarExpression parse(String text) {
    return new ScalarExpression(text, SqlParser.parse(text));
  }

  /** The paths that it reads. */
  public Set<String> fields() {
    Set<String> fields = new LinkedHashSet<>();
    node.collectFields(fields);
    return fields;
  }

  /** The path, where it is a field and nothing more. */
  public Optional<String> field() {
    return node instanceof FieldNode field ? Optional.of(field.path()) : Optional.empty();
  }

  /** The bucket that it is the start of, where it is one of a field. */
  public Optional<Bucket> bucketOf(String path) {
    return node instanceof BucketNode bucketed
            && bucketed.time() instanceof FieldNode field
            && field.path().equals(path)
        ? Optional.of(bucketed.bucket())
        : Optional.empty();
  }

  /** The bucket that it is the start of, of whatever time. */
  public Optional<Bucket> bucket() {
    return node instanceof BucketNode bucketed ? Optional.of(bucketed.bucket()) : Optional.empty();
  }

  /**
   * The types that fields should be decoded to where nothing else says so.
   *
   * @param expected the type that the result is used as, or null
   */
  public Map<String, ColumnType> wantedTypes(@Nullable ColumnType expected) {
    Map<String, ColumnType> types = new LinkedHashMap<>();
    node.collectTypes(types, expected);
    return types;
  }

  /**
   * Checks the types and makes what computes it.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where a field is not there or types don't
   *     fit; it names them
   */
  public Bound bind(FieldBinding fields) {
    BoundNode bound = node.bind(fields);
    return new Bound(Optional.ofNullable(bound.type()), bound::value);
  }

  /**
   * An expression that knows the types of its fields.
   *
   * @param type of its values; empty where it is always null
   * @param reader computes the value: of the class of the type, or null
   */
  public record Bound(Optional<ColumnType> type, FieldBinding.Reader reader) {}

  /** The same expression in a form that doesn't depend on how it was written. */
  public String canonicalText() {
    return node.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
