"""What the peers in Python share: the work they are given, the live table, and its correction in one transaction."""
import io
import json
import sys

import psycopg


def work() -> dict:
    with open(sys.argv[1]) as file:
        return json.load(file)


def files(work: dict) -> list[str]:
    """The folders of the days that the window touches."""
    return [f"{work['events']}/date={day}" for day in work["days"]]


def copy_live(work: dict, out: io.IOBase) -> None:
    """Copies the live rows as CSV with a header."""
    with psycopg.connect(work["database"]) as connection, connection.cursor() as cursor:
        with cursor.copy("COPY balances TO STDOUT (FORMAT csv, HEADER)") as rows:
            for data in rows:
                out.write(data)


def correct(work: dict, rows) -> None:
    """Writes rows of (user_id, total, events, checksum); a total of None deletes the user's row."""
    with psycopg.connect(work["database"]) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE correction (LIKE balances) ON COMMIT DROP")
        with cursor.copy("COPY correction FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("DELETE FROM balances USING correction c WHERE balances.user_id = c.user_id AND c.total IS NULL")
        cursor.execute(
            """
            INSERT INTO balances SELECT * FROM correction WHERE total IS NOT NULL
            ON CONFLICT (user_id) DO UPDATE
            SET total = excluded.total, events = excluded.events, checksum = excluded.checksum
            """
        )
