package io.errata.connectors.expression;

import io.errata.api.ColumnType;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The value beside the first condition that is true, else another. */
record CaseNode(List<Branch> branches, Node otherwise) implements Node {
  /** A condition and the value where it is true. */
  record Branch(Node condition, Node value) {}

  private record BoundBranch(BoundNode condition, BoundNode value) {}

  CaseNode {
    branches = List.copyOf(branches);
  }

  @Override
  public List<Node> children() {
    List<Node> children = new ArrayList<>();
    for (Branch branch : branches) {
      children.add(branch.condition());
      children.add(branch.value());
    }
    children.add(otherwise);
    return children;
  }

  @Override
  public BoundNode bind(FieldBinding fields) {
    List<BoundBranch> bound =
        branches.stream()
            .map(
                branch ->
                    new BoundBranch(
                        ParsedCondition.bind(
                            branch.condition(), branch.condition().toString(), fields),
                        branch.value().bind(fields)))
            .toList();
    BoundNode last = otherwise.bind(fields);
    @Nullable ColumnType type = last.type();
    for (BoundBranch branch : bound) {
      type = common(type, branch.value().type());
    }
    return new BoundCase(type, bound, last);
  }

  private @Nullable ColumnType common(@Nullable ColumnType left, @Nullable ColumnType right) {
    if (left == null || right == null || left == right) {
      return left == null ? right : left;
    }
    if (ValueOrder.number(left) && ValueOrder.number(right)) {
      return NumberType.widest(left, right);
    }
    throw new ErrataException(
        ErrorCode.INVALID_SPEC,
        "Cannot use "
            + this
            + ": its values have the types "
            + left
            + " and "
            + right
            + " (one type)",
        "Give all branches values of one type.");
  }

  private record BoundCase(
      @Nullable ColumnType type, List<BoundBranch> branches, BoundNode otherwise)
      implements BoundNode {
    @Override
    public @Nullable Object value(Fields event) {
      for (BoundBranch branch : branches) {
        if (Boolean.TRUE.equals(branch.condition().value(event))) {
          return widened(branch.value().value(event));
        }
      }
      return widened(otherwise.value(event));
    }

    private @Nullable Object widened(@Nullable Object value) {
      return value instanceof Number number && type != null
          ? NumberType.widen(number, type)
          : value;
    }
  }

  @Override
  public @Nullable ColumnType impliedType() {
    for (Branch branch : branches) {
      if (branch.value().impliedType() != null) {
        return branch.value().impliedType();
      }
    }
    return otherwise.impliedType();
  }

  @Override
  public void collectTypes(Map<String, ColumnType> types, @Nullable ColumnType expected) {
    ColumnType wanted = expected == null ? impliedType() : expected;
    for (Branch branch : branches) {
      branch.condition().collectTypes(types, ColumnType.BOOLEAN);
      branch.value().collectTypes(types, wanted);
    }
    otherwise.collectTypes(types, wanted);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("case");
    for (Branch branch : branches) {
      text.append(" when ").append(branch.condition()).append(" then ").append(branch.value());
    }
    return text.append(" else ").append(otherwise).append(" end").toString();
  }
}
