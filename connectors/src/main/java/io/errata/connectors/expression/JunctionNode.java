package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.Fields;
import io.errata.api.RejectedEventException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Terms joined by AND or OR, in SQL's three-valued logic. */
record JunctionNode(Kind kind, List<Node> terms) implements Node {
  enum Kind {
    AND,
    OR
  }

  JunctionNode {
    terms = List.copyOf(terms);
  }

  @Override
  public List<Node> children() {
    return terms;
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    List<BoundNode> bound =
        terms.stream().map(term -> ParsedCondition.bind(term, term.toString(), fields)).toList();
    // A single term with this value decides, whatever the others say.
    boolean deciding = kind == Kind.OR;
    return new BoundNode() {
      @Override
      public ColumnType type() {
        return ColumnType.BOOLEAN;
      }

      @Override
      public @Nullable Object value(Fields event) {
        boolean unknown = false;
        @Nullable RejectedEventException unreadable = null;
        for (BoundNode term : bound) {
          try {
            Object truth = term.value(event);
            if (truth == null) {
              unknown = true;
            } else if ((Boolean) truth == deciding) {
              return deciding;
            }
          } catch (RejectedEventException e) {
            // Another term may decide; the order in which they are written must not.
            unreadable = unreadable == null ? e : unreadable;
          }
        }
        if (unreadable != null) {
          throw unreadable;
        }
        return unknown ? null : (Object) !deciding;
      }
    };
  }

  @Override
  public ColumnType impliedType() {
    return ColumnType.BOOLEAN;
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    terms.forEach(term -> term.collectTypes(types, ColumnType.BOOLEAN));
  }

  @Override
  public void collectConjuncts(List<Comparison> conjuncts, FieldBinding fields) {
    if (kind == Kind.AND) {
      terms.forEach(term -> term.collectConjuncts(conjuncts, fields));
    }
  }

  @Override
  public String toString() {
    return terms.stream()
        .map(Node::toString)
        .collect(Collectors.joining(kind == Kind.AND ? " and " : " or ", "(", ")"));
  }
}
