package io.errata.connectors.archive;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is wanted of the archive, as it travels to the tasks of the job. */
record ReadRequest(Window window, EventSchema schema, @Nullable Condition nullableCondition)
    implements Serializable {
  FieldPlan plan() {
    return new FieldPlan(schema);
  }

  Optional<Condition> condition() {
    return Optional.ofNullable(nullableCondition);
  }

  EventAssembler assembler() {
    return new EventAssembler(plan(), window, condition());
  }
}
