package io.errata.it;

import io.errata.testkit.LiveStore;
import io.errata.testkit.LiveTableContract;
import io.errata.testkit.PostgresServer;
import io.errata.testkit.PostgresStore;
import org.junit.jupiter.api.BeforeAll;

class PostgresLiveTableIT extends LiveTableContract {
  private static String database = "";

  @BeforeAll
  static void createDatabase() {
    database = PostgresServer.shared().createDatabase();
  }

  @Override
  protected LiveStore openStore() {
    return PostgresStore.open(PostgresServer.shared(), database);
  }
}
