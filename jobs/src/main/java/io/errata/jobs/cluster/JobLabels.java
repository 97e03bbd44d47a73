package io.errata.jobs.cluster;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a job says of itself to whoever asks its cluster; nothing secret.
 *
 * @param run the id of the run that it is part of, where it is of a plan
 * @param name of the spec
 * @param total about how many steps there will be
 */
public record JobLabels(Optional<String> run, String name, long total) {
  /** Begins the names of jobs. */
  static final String PREFIX = "errata ";

  private static final String RUN = "errata.run";
  private static final String SPEC = "errata.spec";
  private static final String TOTAL = "errata.total";

  /** The name of the job. */
  public String jobName() {
    return PREFIX + name;
  }

  /** As the job's parameters. */
  public Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    run.ifPresent(id -> parameters.put(RUN, id));
    parameters.put(SPEC, name);
    parameters.put(TOTAL, Long.toString(total));
    return parameters;
  }

  /**
   * Reads a job's parameters.
   *
   * @return empty where it is no job of Errata
   */
  static Optional<JobLabels> read(Map<String, String> parameters) {
    String name = parameters.get(SPEC);
    String total = parameters.getOrDefault(TOTAL, "0");
    return name == null
        ? Optional.empty()
        : Optional.of(
            new JobLabels(
                Optional.ofNullable(parameters.get(RUN)),
                name,
                total.matches("[0-9]{1,18}") ? Long.parseLong(total) : 0));
  }
}
