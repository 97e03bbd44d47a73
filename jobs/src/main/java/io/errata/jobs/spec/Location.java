package io.errata.jobs.spec;

/**
 * Where something of a spec stands.
 *
 * @param line from 1, or 0 for an override of the command line
 * @param column from 1, or 0 for an override of the command line
 * @param override the path of the override, or empty
 */
record Location(int line, int column, String override) {
  static final Location START = at(1, 1);

  static Location at(int line, int column) {
    return new Location(line, column, "");
  }

  /** An override, without its value: that may be a secret. */
  static Location inOverride(String path) {
    return new Location(0, 0, path);
  }

  @Override
  public String toString() {
    return line > 0 ? "line " + line + ", column " + column : "in --set " + override;
  }
}
