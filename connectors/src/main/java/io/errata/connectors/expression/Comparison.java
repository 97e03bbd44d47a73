package io.errata.connectors.expression;

import java.io.Serializable;

/**
 * A field compared with a value: {@code path operator literal}. Neither is null.
 *
 * @param path the field
 * @param operator how
 * @param literal a {@link java.math.BigDecimal} for a field of any number type (for a DOUBLE the
 *     exact value of the nearest one), else of the class of the field's type: String (ordered by
 *     code point), Boolean, Instant, LocalDate, UUID
 */
public record Comparison(String path, Operator operator, Object literal) implements Serializable {

  /** How two values are compared. */
  public enum Operator {
    EQUAL("="),
    NOT_EQUAL("<>"),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">=");

    private final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }

    /** As SQL writes it. */
    public String symbol() {
      return symbol;
    }

    /** The operator that says the same with its sides exchanged. */
    public Operator mirrored() {
      return switch (this) {
        case EQUAL, NOT_EQUAL -> this;
        case LESS -> GREATER;
        case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
        case GREATER -> LESS;
        case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
      };
    }

    /** Whether it is true of values of which {@link Comparable#compareTo} says this. */
    public boolean accepts(int comparison) {
      return switch (this) {
        case EQUAL -> comparison == 0;
        case NOT_EQUAL -> comparison != 0;
        case LESS -> comparison < 0;
        case LESS_OR_EQUAL -> comparison <= 0;
        case GREATER -> comparison > 0;
        case GREATER_OR_EQUAL -> comparison >= 0;
      };
    }
  }

  @Override
  public String toString() {
    return path + " " + operator.symbol() + " " + literal;
  }
}
