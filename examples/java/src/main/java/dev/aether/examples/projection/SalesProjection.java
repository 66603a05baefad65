package dev.aether.examples.projection;

import dev.aether.client.AetherException;
import dev.aether.client.Commit;
import dev.aether.client.Cursor;
import dev.aether.client.Event;
import dev.aether.client.LogSignal;
import dev.aether.client.ReadLogOptions;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A read model in SQLite: the sales of each article. The rows and the cursor up to which they are
 * complete change in one transaction. So a kill leaves either both unchanged or both changed, and
 * resuming after the cursor counts each sale once.
 *
 * <p>For one subscription, whose callbacks are never concurrent.
 */
final class SalesProjection implements SubscriptionListener, AutoCloseable {
  static final String SALE = "Sold";

  private final Connection db;

  /** Opens the read model, or creates an empty one. */
  SalesProjection(String file) throws SQLException {
    db = DriverManager.getConnection("jdbc:sqlite:" + file);
    db.setAutoCommit(false);
    try (Statement statement = db.createStatement()) {
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS sales (
            article TEXT PRIMARY KEY, count INTEGER NOT NULL, cents INTEGER NOT NULL)
          """);
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS progress (
            id INTEGER PRIMARY KEY CHECK (id = 1), cursor TEXT NOT NULL)
          """);
    }
    db.commit();
  }

  /** Where to resume: after the commits that the rows include. */
  SubscriptionStart start() throws SQLException {
    return cursor().map(SubscriptionStart::after).orElseGet(SubscriptionStart::beginning);
  }

  /** Options to read the part of the log that the rows do not include. */
  ReadLogOptions rest() throws SQLException {
    ReadLogOptions.Builder rest = ReadLogOptions.builder().eventType(SALE);
    cursor().ifPresent(rest::after);
    return rest.build();
  }

  /** Processes a signal of the read of {@link #rest}. */
  void take(LogSignal signal) {
    if (signal instanceof LogSignal.Committed committed) {
      onCommits(List.of(committed.commit()), null);
    } else if (signal instanceof LogSignal.CursorMoved moved) {
      onCursor(moved.cursor());
    }
  }

  private Optional<Cursor> cursor() throws SQLException {
    try (Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery("SELECT cursor FROM progress")) {
      return row.next() ? Optional.of(Cursor.of(row.getString(1))) : Optional.empty();
    }
  }

  /** Without a cursor the transaction stays open; a cursor follows within about a second. */
  @Override
  public void onCommits(List<Commit> commits, @Nullable Cursor cursor) {
    try {
      for (Commit commit : commits) {
        for (Event event : commit.events()) {
          if (event.type().equals(SALE)) {
            count(event);
          }
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(
          "cannot update the read model, which stays at the last cursor", e);
    }
    if (cursor != null) {
      onCursor(cursor);
    }
  }

  private void count(Event event) throws SQLException {
    try (PreparedStatement upsert =
        db.prepareStatement(
            """
            INSERT INTO sales VALUES (?, 1, ?)
            ON CONFLICT (article) DO UPDATE SET count = count + 1, cents = cents + excluded.cents
            """)) {
      Sold sold = Sold.read(event);
      upsert.setString(1, sold.article());
      upsert.setLong(2, sold.cents());
      int unused = upsert.executeUpdate();
    }
  }

  /** Commits the rows together with the cursor after them. */
  @Override
  public void onCursor(Cursor cursor) {
    try (PreparedStatement upsert =
        db.prepareStatement(
            """
            INSERT INTO progress VALUES (1, ?)
            ON CONFLICT (id) DO UPDATE SET cursor = excluded.cursor
            """)) {
      upsert.setString(1, cursor.toString());
      int unused = upsert.executeUpdate();
      db.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(
          "cannot update the read model, which stays at the last cursor", e);
    }
  }

  /** After a restart it resumes at the last cursor. */
  @Override
  public void onError(AetherException error) {
    System.err.println("the projection failed: " + error.getMessage());
  }

  /** Article → its sales. Must not be called while a subscription is running. */
  Map<String, Total> totals() throws SQLException {
    Map<String, Total> totals = new TreeMap<>();
    try (Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery("SELECT article, count, cents FROM sales")) {
      while (row.next()) {
        totals.put(row.getString(1), new Total(row.getLong(2), row.getLong(3)));
      }
    }
    return totals;
  }

  /** Rolls back rows without a cursor. */
  @Override
  public void close() throws SQLException {
    db.rollback();
    db.close();
  }
}
