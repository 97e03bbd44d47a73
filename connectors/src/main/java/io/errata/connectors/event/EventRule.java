package io.errata.connectors.event;

import io.errata.connectors.expression.Condition;
import java.io.Serializable;

/**
 * Something that must be so of a field, for an event to be used.
 *
 * @param field its dotted path
 * @param breach what is wrong where it isn't so, in words that hold no value of an event, such as
 *     {@code it is missing}
 * @param passes true of an event that keeps to the rule
 */
public record EventRule(String field, String breach, Condition passes) implements Serializable {
  /** Why an event is rejected that breaks the rule. */
  public String reason() {
    return "Cannot use " + field + ": " + breach;
  }
}
