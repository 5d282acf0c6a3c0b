"""The Python server's database, made as that server makes it: SQLAlchemy's tables, tokens sealed with cryptography's Fernet.

`fill(url, key, people, tokens_of)` fills an empty database; tests/clients/import_people.py imports it.
"""

import secrets
import string
import uuid
from datetime import datetime, timedelta, timezone

from cryptography.fernet import Fernet
from sqlalchemy import Column, DateTime, ForeignKey, String, Text, create_engine
from sqlalchemy.orm import Session, declarative_base

# Every third access token has ended, and every seventh person was never linked.
ENDED, UNLINKED = 3, 7
KEY_LETTERS = string.ascii_letters + string.digits

Base = declarative_base()


def now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


class User(Base):
    __tablename__ = "users"

    user_id = Column(String, primary_key=True, default=lambda: str(uuid.uuid4()))
    api_key = Column(String, unique=True, nullable=False)
    spotify_user_id = Column(String, unique=True, nullable=False)
    display_name = Column(String)
    email = Column(String)
    created_at = Column(DateTime, default=now)
    last_active = Column(DateTime, default=now)


class SpotifyToken(Base):
    __tablename__ = "spotify_tokens"

    user_id = Column(String, ForeignKey("users.user_id"), primary_key=True)
    access_token = Column(Text, nullable=False)
    refresh_token = Column(Text, nullable=False)
    expires_at = Column(DateTime, nullable=False)
    scope = Column(String)
    created_at = Column(DateTime, default=now)
    updated_at = Column(DateTime, default=now, onupdate=now)


class UserSession(Base):
    __tablename__ = "user_sessions"

    session_id = Column(String, primary_key=True)
    user_id = Column(String, ForeignKey("users.user_id"), nullable=False)
    api_key = Column(String, nullable=False)
    created_at = Column(DateTime, default=now)
    last_activity = Column(DateTime, default=now)
    expires_at = Column(DateTime)


def fill(url: str, key: str, people: list[dict], tokens_of) -> tuple[dict[str, str], list[str]]:
    """Adds `people`, with the tokens that `tokens_of(spotify_id)` gives, and mixes up the last two: each has the other's.

    Gives everybody's key by Spotify id, and the ids of those who were mixed up.
    """
    fernet = Fernet(key)
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    keys = {person["id"]: "".join(secrets.choice(KEY_LETTERS) for _ in range(32)) for person in people}
    mixed = [person["id"] for person in people[-2:]]
    exchanged = dict(zip(mixed, reversed(mixed)))
    with Session(engine) as session:
        for number, person in enumerate(people, 1):
            add(session, fernet, number, person, keys[person["id"]], exchanged, tokens_of)
        session.commit()
    engine.dispose()
    return keys, mixed


def add(session: Session, fernet: Fernet, number: int, person: dict, key: str, exchanged: dict, tokens_of) -> None:
    spotify_id = person["id"]
    user = User(api_key=key, spotify_user_id=spotify_id, display_name=person["display_name"], email="friend@example.com")
    session.add(user)
    session.flush()
    session.add(UserSession(
        session_id=secrets.token_hex(8), user_id=user.user_id, api_key=key, expires_at=now() + timedelta(days=30)
    ))
    if number % UNLINKED == 0 and spotify_id not in exchanged:
        return
    tokens = tokens_of(exchanged.get(spotify_id, spotify_id))
    ended = number % ENDED == 0
    session.add(SpotifyToken(
        user_id=user.user_id,
        access_token=fernet.encrypt(tokens["access_token"].encode()).decode(),
        refresh_token=fernet.encrypt(tokens["refresh_token"].encode()).decode(),
        expires_at=now() + timedelta(minutes=-30 if ended else 50),
        # That server forgets the permissions with its first renewal.
        scope=None if ended else "user-read-private user-library-read user-read-playback-state",
        created_at=now() - timedelta(days=60),
    ))
