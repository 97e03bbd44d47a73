package io.errata.jobs.spec;

/**
 * A spec that is for another machine, where its references stand for something. It holds no secret.
 *
 * @param name of the run, for people
 * @param plans the folder that plans are written below: an absolute path or a URI
 * @param text the spec as it was used, overrides included, in YAML, with its references
 */
public record UnresolvedSpec(String name, String plans, String text) {}
