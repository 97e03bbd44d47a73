package io.errata.connectors.archive;

import io.errata.connectors.Window;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.expression.Condition;
import io.errata.connectors.read.EventAssembler;
import io.errata.connectors.read.FieldPlan;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of the archive, as it travels to the tasks of the job.
 *
 * @param root the archive's path, below which files have their names
 */
record ReadRequest(
    Window window, EventSchema schema, @Nullable Condition nullableCondition, String root)
    implements Serializable {
  FieldPlan plan() {
    return new FieldPlan(schema);
  }

  Optional<Condition> condition() {
    return Optional.ofNullable(nullableCondition);
  }

  /** What a file is called within the archive, wherever that lies. */
  String nameOf(String file) {
    String folder = root.replaceFirst("/+$", "");
    int at = file.indexOf(folder);
    String below = at < 0 ? file : file.substring(at + folder.length());
    return below.isEmpty()
        ? file.substring(file.lastIndexOf('/') + 1)
        : below.replaceFirst("^/+", "");
  }

  EventAssembler assembler() {
    return new EventAssembler(plan(), window, condition());
  }
}
