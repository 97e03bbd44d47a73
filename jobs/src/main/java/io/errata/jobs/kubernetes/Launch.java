package io.errata.jobs.kubernetes;

import java.util.List;

/**
 * What a cluster is made for.
 *
 * @param id that no other has
 * @param verb that its program runs
 * @param options of the verb, behind its spec
 * @param spec the text of the spec
 * @param handover the folder for what the program tells, a path or URI
 */
public record Launch(String id, String verb, List<String> options, String spec, String handover) {
  public Launch {
    options = List.copyOf(options);
  }
}
