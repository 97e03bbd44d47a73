package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A part of a parsed expression; immutable. Its {@link #toString} is SQL that means the same. */
sealed interface Node
    permits ArithmeticNode,
        BucketNode,
        CaseNode,
        ComparisonNode,
        FieldNode,
        InNode,
        JunctionNode,
        LikeNode,
        LiteralNode,
        NotNode,
        NullTestNode,
        TruthTestNode {

  /** The parts that it is made of. */
  List<Node> children();

  /**
   * Checks the types and makes what evaluates it.
   *
   * @throws io.errata.api.ErrataException INVALID_SPEC where types don't fit
   */
  BoundNode bind(FieldBinding fields);

  /** Its type where that doesn't depend on fields. */
  @Nullable ColumnType impliedType();

  /**
   * Adds the types that its fields are wanted in.
   *
   * @param expected what this node stands beside, or null where that isn't known
   */
  void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected);

  /** Adds comparisons that are true wherever this node is. */
  default void collectConjuncts(List<Comparison> conjuncts, FieldBinding fields) {}

  /** Adds the paths of all fields. */
  default void collectFields(Set<String> fields) {
    children().forEach(child -> child.collectFields(fields));
  }

  /** Binds a node that stands beside a value of some type, as which a literal is then read. */
  default BoundNode bindBeside(@Nullable ColumnType type, FieldBinding fields) {
    return bind(fields);
  }
}
