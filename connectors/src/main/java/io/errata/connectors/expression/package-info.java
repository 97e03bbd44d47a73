/** Conditions and scalar expressions over an event's fields, in SQL's notation. */
@NullMarked
package io.errata.connectors.expression;

import org.jspecify.annotations.NullMarked;
