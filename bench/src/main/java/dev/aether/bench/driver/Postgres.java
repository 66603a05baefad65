package dev.aether.bench.driver;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL: a table with a unique (actor, version), one insert per transaction. Each client has a
 * connection and a thread of its own, and the same actors in the same thread, so that an insert
 * after another changes no thread. A single client uses the caller's thread.
 */
public final class Postgres implements Driver {
  private static final String UNIQUE_VIOLATION = "23505";

  private final String table;
  private final byte[] data;
  private final List<Client> clients = new ArrayList<>();
  private final AtomicLongArray versions;

  /**
   * Connects all clients and creates the table.
   *
   * @param url the JDBC URL
   * @param table the name of the table, without a need for quotes
   * @param data the data of every event
   */
  public Postgres(String url, String table, int clients, int actors, byte[] data)
      throws SQLException {
    this.table = table;
    this.data = data;
    this.versions = new AtomicLongArray(actors);
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE "
              + table
              + " (actor text NOT NULL, version bigint NOT NULL, type text NOT NULL,"
              + " data bytea NOT NULL, UNIQUE (actor, version))");
    }
    for (int i = 0; i < clients; i++) {
      this.clients.add(new Client(url, table, clients > 1));
    }
  }

  @Override
  public String name() {
    return "PostgreSQL";
  }

  @Override
  public boolean isAether() {
    return false;
  }

  @Override
  public int eventsPerCommit() {
    return 1;
  }

  @Override
  public CompletableFuture<?> append(int actor) {
    return clients
        .get(actor % clients.size())
        .run(
            client -> {
              long version = versions.get(actor) + 1;
              client.insert(actor, version, data);
              versions.set(actor, version);
            });
  }

  @Override
  public CompletableFuture<?> appendStale(int actor) {
    CompletableFuture<?> save =
        clients
            .get(actor % clients.size())
            .run(client -> client.insert(actor, versions.get(actor), data));
    return Refused.when(
        save,
        thrown ->
            thrown instanceof SQLException refused
                && UNIQUE_VIOLATION.equals(refused.getSQLState()));
  }

  @Override
  public boolean canAppendStale() {
    return true;
  }

  @Override
  public long stored() throws SQLException {
    try (Statement statement = clients.get(0).connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
      count.next();
      return count.getLong(1);
    }
  }

  @Override
  public void close() {
    clients.forEach(Client::close);
  }

  private interface Step {
    void run(Client client) throws SQLException;
  }

  private static final class Client {
    private final Connection connection;
    private final PreparedStatement insert;
    private final @Nullable ExecutorService executor;
    private volatile @Nullable Thread thread;

    Client(String url, String table, boolean hasThread) throws SQLException {
      connection = DriverManager.getConnection(url);
      insert =
          connection.prepareStatement(
              "INSERT INTO "
                  + table
                  + " (actor, version, type, data) VALUES (?, ?, 'Measured', ?)");
      executor = hasThread ? Executors.newSingleThreadExecutor(this::newThread) : null;
    }

    private Thread newThread(Runnable work) {
      Thread created = new Thread(work, "postgres-client");
      created.setDaemon(true);
      thread = created;
      return created;
    }

    CompletableFuture<?> run(Step step) {
      ExecutorService own = executor;
      if (own == null || Thread.currentThread() == thread) {
        try {
          step.run(this);
          return CompletableFuture.completedFuture(null);
        } catch (SQLException e) {
          return CompletableFuture.failedFuture(e);
        }
      }
      return CompletableFuture.runAsync(
          () -> {
            try {
              step.run(this);
            } catch (SQLException e) {
              throw new CompletionException(e);
            }
          },
          own);
    }

    void insert(int actor, long version, byte[] data) throws SQLException {
      insert.setString(1, "actor-" + actor);
      insert.setLong(2, version);
      insert.setBytes(3, data);
      insert.executeUpdate();
    }

    void close() {
      ExecutorService own = executor;
      if (own != null) {
        own.shutdown();
      }
      try {
        connection.close();
      } catch (SQLException e) {
        // The server discards the connection when it ends.
      }
    }
  }
}
